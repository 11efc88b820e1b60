package dev.mikcar.storage;

import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.common.settings.SettingException;
import dev.mikcar.storage.azure.AzureContainer;
import dev.mikcar.storage.azure.AzureObjectStore;
import dev.mikcar.storage.file.FileObjectStore;
import dev.mikcar.storage.gcs.GcsBucket;
import dev.mikcar.storage.gcs.GcsObjectStore;
import dev.mikcar.storage.memory.MemoryObjectStore;
import dev.mikcar.storage.s3.S3Bucket;
import dev.mikcar.storage.s3.S3ObjectStore;
import dev.mikcar.storage.store.ObjectStore;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The one place that knows the backends.
 *
 * @param scheme the backend's name, for health and logs
 * @param opener opens it
 */
record ObjectStores(String scheme, Supplier<ObjectStore> opener) {
  private static final String VARIABLE = "STORAGE_URL";
  private static final String ACCEPTED =
      "memory://, file:///folder, "
          + S3Bucket.FORM
          + ", "
          + GcsBucket.FORM
          + " or "
          + AzureContainer.FORM;

  /**
   * Chooses by the scheme of a URL.
   *
   * @param memory what uploads may hold
   * @throws SettingException when there is no such backend, or the URL is not of its form
   */
  static ObjectStores choose(String text, MemoryBudget memory) {
    BackendUrl url = BackendUrl.of(VARIABLE, ACCEPTED, text, "://");
    return switch (url.scheme()) {
      case "memory" -> {
        if (!url.rest().isEmpty()) {
          throw url.unusable("memory:// takes nothing after it");
        }
        yield new ObjectStores("memory", MemoryObjectStore::ofHalfTheHeap);
      }
      case "file" -> inFolder(url.path(url.rest(), "folder"));
      case "s3" -> {
        S3Bucket bucket = parse(url, S3Bucket::parse);
        yield new ObjectStores("s3", () -> new S3ObjectStore(bucket, memory));
      }
      case "gs" -> {
        GcsBucket bucket = parse(url, GcsBucket::parse);
        yield new ObjectStores("gs", () -> new GcsObjectStore(bucket, memory));
      }
      case "az" -> {
        AzureContainer container = parse(url, AzureContainer::parse);
        yield new ObjectStores("az", () -> new AzureObjectStore(container, memory));
      }
      default -> throw url.unknown();
    };
  }

  private static <T> T parse(BackendUrl url, Function<String, T> parser) {
    try {
      return parser.apply(url.rest());
    } catch (IllegalArgumentException e) {
      throw url.unusable(String.valueOf(e.getMessage()));
    }
  }

  /** The durable store in a folder. */
  static ObjectStores inFolder(Path folder) {
    return new ObjectStores("file", () -> new FileObjectStore(folder));
  }
}
