package dev.mikcar.secrets;

import dev.mikcar.common.service.Schemes;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.secrets.store.Secrets;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** The store of secrets, chosen among {@link SecretStores}. */
@Singleton
public class SecretsBackend extends ServiceBackend<Secrets> {
  private final Vertx vertx;

  SecretsBackend(Settings settings, Config config, Vertx vertx) {
    super(settings, config);
    this.vertx = vertx;
  }

  @Override
  protected Schemes<Secrets> schemes() {
    return new SecretStores(SecretsSettings.read(this::setting), vertx).schemes();
  }
}
