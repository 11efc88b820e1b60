package dev.mikcar.kv;

import dev.mikcar.common.health.BackendCheck;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.kv.store.KvStore;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Objects;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The store of this process: opened when kv runs, not there when it does not. */
@Singleton
public class KvBackend implements BackendCheck {
  /** The name of this service, and its path prefix. */
  static final String SERVICE = "kv";

  private final Settings settings;
  private final Config config;
  private String scheme = "";
  private @Nullable KvStore store;

  KvBackend(Settings settings, Config config) {
    this.settings = settings;
    this.config = config;
  }

  void start(@Observes StartupEvent event) {
    if (settings.services().contains(SERVICE)) {
      String url =
          config
              .getOptionalValue("KV_URL", String.class)
              .filter(text -> !text.isBlank())
              .orElse("");
      KvStores chosen =
          url.isEmpty()
              ? KvStores.inFolder(settings.data().resolve(SERVICE))
              : KvStores.choose(url);
      scheme = chosen.scheme();
      store = chosen.opener().get();
    }
  }

  void stop(@Observes ShutdownEvent event) {
    if (store != null) {
      store.close();
    }
  }

  /** The store; kv must be running. */
  public KvStore store() {
    return Objects.requireNonNull(store, "kv does not run in this process");
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
