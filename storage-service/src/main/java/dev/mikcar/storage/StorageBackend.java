package dev.mikcar.storage;

import dev.mikcar.common.health.BackendCheck;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.common.settings.Units;
import dev.mikcar.storage.store.ObjectStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The store of this process: opened when storage runs, not there when it does not. */
@Singleton
public class StorageBackend implements BackendCheck {
  /** The name of this service, and its path prefix. */
  static final String SERVICE = "storage";

  private static final long USUAL_MAX_OBJECT_SIZE = 5L << 30;

  private final Settings settings;
  private final Config config;
  private final MemoryBudget memory;
  private String scheme = "";
  private long maxObjectSize = USUAL_MAX_OBJECT_SIZE;
  private @Nullable ObjectStore store;

  StorageBackend(Settings settings, Config config, MemoryBudget memory) {
    this.memory = memory;
    this.settings = settings;
    this.config = config;
  }

  void start(@Observes StartupEvent event) {
    if (settings.services().contains(SERVICE)) {
      maxObjectSize =
          notBlank(config.getOptionalValue("STORAGE_MAX_OBJECT_SIZE", String.class))
              .map(text -> Units.bytes("STORAGE_MAX_OBJECT_SIZE", text))
              .orElse(USUAL_MAX_OBJECT_SIZE);
      ObjectStores chosen =
          notBlank(config.getOptionalValue("STORAGE_URL", String.class))
              .map(url -> ObjectStores.choose(url, memory))
              .orElseGet(() -> ObjectStores.inFolder(settings.data().resolve(SERVICE)));
      scheme = chosen.scheme();
      store = chosen.opener().get();
    }
  }

  private static Optional<String> notBlank(Optional<String> text) {
    return text.filter(t -> !t.isBlank());
  }

  void stop(@Observes ShutdownEvent event) {
    if (store != null) {
      store.close();
    }
  }

  /** The store; storage must be running. */
  public ObjectStore store() {
    return Objects.requireNonNull(store, "storage does not run in this process");
  }

  /** The largest object that is taken, bytes. */
  public long maxObjectSize() {
    return maxObjectSize;
  }

  @Override
  public String service() {
    return SERVICE;
  }

  @Override
  public String scheme() {
    return scheme;
  }

  @Override
  public Uni<Void> ping() {
    return store().ping();
  }
}
