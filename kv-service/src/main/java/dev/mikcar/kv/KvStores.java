package dev.mikcar.kv;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.kv.infinispan.EmbeddedInfinispan;
import dev.mikcar.kv.store.KvStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The one place that knows the backends.
 *
 * @param scheme the backend's name, for health and logs
 * @param opener opens it
 */
record KvStores(String scheme, Supplier<KvStore> opener) {
  private static final String VARIABLE = "KV_URL";
  private static final String ACCEPTED = "memory://, file:///folder or redb://folder";

  /**
   * Chooses by the scheme of a URL.
   *
   * @throws SettingException when there is no such backend, or the URL is not of its form
   */
  static KvStores choose(String url) {
    int end = url.indexOf("://");
    String scheme = end < 0 ? "" : url.substring(0, end);
    String rest = end < 0 ? "" : url.substring(end + 3);
    return switch (scheme) {
      case "memory" -> {
        if (!rest.isEmpty()) {
          throw new SettingException(VARIABLE, "memory:// takes nothing after it", ACCEPTED);
        }
        yield new KvStores("memory", EmbeddedInfinispan::inMemory);
      }
      case "file", "redb" -> inFolder(folder(rest));
      // Only the scheme is said: what follows it may hold a password.
      case "" -> throw new SettingException(VARIABLE, "it is no URL", ACCEPTED);
      default ->
          throw new SettingException(VARIABLE, "there is no backend '" + scheme + "'", ACCEPTED);
    };
  }

  /** The durable store in a folder. */
  static KvStores inFolder(Path folder) {
    return new KvStores("file", () -> EmbeddedInfinispan.inFolder(folder));
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
