package dev.mikcar.kv;

import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.common.settings.SettingException;
import dev.mikcar.kv.infinispan.EmbeddedInfinispan;
import dev.mikcar.kv.store.KvStore;
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
  static KvStores choose(String text) {
    BackendUrl url = BackendUrl.of(VARIABLE, ACCEPTED, text, "://");
    return switch (url.scheme()) {
      case "memory" -> {
        if (!url.rest().isEmpty()) {
          throw url.unusable("memory:// takes nothing after it");
        }
        yield new KvStores("memory", EmbeddedInfinispan::inMemory);
      }
      case "file", "redb" -> inFolder(url.path(url.rest(), "folder"));
      default -> throw url.unknown();
    };
  }

  /** The durable store in a folder. */
  static KvStores inFolder(Path folder) {
    return new KvStores("file", () -> EmbeddedInfinispan.inFolder(folder));
  }
}
