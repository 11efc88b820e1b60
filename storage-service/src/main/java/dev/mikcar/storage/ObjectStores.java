package dev.mikcar.storage;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.storage.file.FileObjectStore;
import dev.mikcar.storage.memory.MemoryObjectStore;
import dev.mikcar.storage.s3.S3Bucket;
import dev.mikcar.storage.s3.S3ObjectStore;
import dev.mikcar.storage.store.ObjectStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The one place that knows the backends.
 *
 * @param scheme the backend's name, for health and logs
 * @param opener opens it
 */
record ObjectStores(String scheme, Supplier<ObjectStore> opener) {
  private static final String VARIABLE = "STORAGE_URL";
  private static final String ACCEPTED = "memory://, file:///folder or " + S3Bucket.FORM;

  /**
   * Chooses by the scheme of a URL.
   *
   * @throws SettingException when there is no such backend, or the URL is not of its form
   */
  static ObjectStores choose(String url) {
    int end = url.indexOf("://");
    String scheme = end < 0 ? "" : url.substring(0, end);
    String rest = end < 0 ? "" : url.substring(end + 3);
    return switch (scheme) {
      case "memory" -> {
        if (!rest.isEmpty()) {
          throw new SettingException(VARIABLE, "memory:// takes nothing after it", ACCEPTED);
        }
        yield new ObjectStores("memory", MemoryObjectStore::ofHalfTheHeap);
      }
      case "file" -> inFolder(folder(rest));
      case "s3" -> {
        S3Bucket bucket = bucket(rest);
        yield new ObjectStores("s3", () -> new S3ObjectStore(bucket));
      }
      // Only the scheme is said: what follows it may hold a credential.
      case "" -> throw new SettingException(VARIABLE, "it is no URL", ACCEPTED);
      default ->
          throw new SettingException(VARIABLE, "there is no backend '" + scheme + "'", ACCEPTED);
    };
  }

  private static S3Bucket bucket(String rest) {
    try {
      return S3Bucket.parse(rest);
    } catch (IllegalArgumentException e) {
      throw new SettingException(VARIABLE, String.valueOf(e.getMessage()), ACCEPTED);
    }
  }

  /** The durable store in a folder. */
  static ObjectStores inFolder(Path folder) {
    return new ObjectStores("file", () -> new FileObjectStore(folder));
  }

  /** Percent-decoded, as in any URL; {@code file://folder} is relative to the working directory. */
  private static Path folder(String rest) {
    try {
      URI uri = URI.create("file:///x/" + rest);
      if (!rest.isBlank() && uri.getQuery() == null && uri.getFragment() == null) {
        return Path.of(uri.getPath().substring("/x/".length())).toAbsolutePath();
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new SettingException(VARIABLE, "what follows the scheme is no folder", ACCEPTED);
  }
}
