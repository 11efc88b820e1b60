package dev.mikcar.secrets;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.settings.SecretSource;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.Secrets;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The store of {@code SECRETS_URL} as what settings refer to; apart from that of the service, which
 * need not run, and with threads of its own, since there are no others yet.
 */
final class SettingSource implements SecretSource {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static final Logger LOG = Logger.getLogger(SettingSource.class);

  private final Vertx vertx;
  private final Secrets secrets;

  /** What was read last, so that no change after it is missed. */
  private final Map<String, String> versions = new ConcurrentHashMap<>();

  private SettingSource(Vertx vertx, Secrets secrets) {
    this.vertx = vertx;
    this.secrets = secrets;
  }

  /** Opens it; public for the {@link java.util.ServiceLoader}. */
  public static final class Provider implements SecretSource.Provider {
    @Override
    public SecretSource open(Function<String, Optional<String>> settings) {
      SecretsSettings own = SecretsSettings.read(settings).ofSettings();
      Vertx vertx =
          Vertx.vertx(
              new VertxOptions()
                  .setEventLoopPoolSize(1)
                  .setWorkerPoolSize(1)
                  .setInternalBlockingPoolSize(1));
      try {
        Secrets secrets = new SecretStores(own, vertx).schemes().choose(settings).opener().open();
        return new SettingSource(vertx, secrets);
      } catch (RuntimeException e) {
        var _ = vertx.close();
        throw e;
      }
    }
  }

  @Override
  public Optional<String> read(String name) throws OutageException {
    try {
      Secret secret =
          secrets
              .get(new SecretName(name), new WantedVersion.Current(), false)
              .await()
              .atMost(LIMIT)
              .secret();
      versions.put(name, secret.version());
      return secret
          .value()
          .text()
          // A file often ends with one, which is no part of what it says.
          .map(text -> text.replaceFirst("\\R$", ""));
    } catch (ApiException.NotFound | ApiException.BadRequest e) {
      return Optional.empty();
    } catch (ApiException e) {
      throw new OutageException(e.getMessage());
    } catch (TimeoutException e) {
      throw new OutageException("the store does not answer");
    }
  }

  @Override
  public void watch(String name, Runnable changed) {
    var _ =
        secrets
            .watch(new SecretName(name), versions.get(name))
            .subscribe()
            .with(
                ignored -> changed.run(),
                e -> LOG.errorf("Changes of the secret %s are not noticed: %s", name, e));
  }

  @Override
  public void close() {
    secrets.close();
    var _ = vertx.close();
  }
}
