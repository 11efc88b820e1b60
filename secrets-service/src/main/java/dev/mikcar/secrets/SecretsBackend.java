package dev.mikcar.secrets;

import dev.mikcar.common.service.Opener;
import dev.mikcar.common.service.Schemes;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.secrets.cache.CachingSecrets;
import dev.mikcar.secrets.env.EnvSecretStore;
import dev.mikcar.secrets.file.FileSecretStore;
import dev.mikcar.secrets.memory.MemorySecretStore;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.Secrets;
import dev.mikcar.secrets.vault.VaultSecretStore;
import dev.mikcar.secrets.vault.VaultUrl;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** The store of secrets, and what stores there are. */
@Singleton
public class SecretsBackend extends ServiceBackend<Secrets> {
  private static final String USUAL_PREFIX = "SECRET_";

  private final Vertx vertx;

  SecretsBackend(Settings settings, Config config, Vertx vertx) {
    super(settings, config);
    this.vertx = vertx;
  }

  @Override
  protected Schemes<Secrets> schemes() {
    SecretsSettings settings = SecretsSettings.read(this::setting);
    return Schemes.<Secrets>of("SECRETS_URL")
        .withMemory(() -> behind(settings, MemorySecretStore.ofAnEighthOfTheHeap(), "memory"))
        .with(
            "env",
            "env://PREFIX_",
            url -> {
              String prefix = prefix(url);
              return () -> env(settings, prefix);
            })
        .withFolder(folder -> behind(settings, new FileSecretStore(folder), "file " + folder))
        .with("vault", VaultUrl.FORM, url -> vault(settings, url, false))
        .with("vaults", "vault", "", url -> vault(settings, url, true))
        .otherwise("env", () -> env(settings, USUAL_PREFIX));
  }

  private static Secrets env(SecretsSettings settings, String prefix) {
    return behind(settings, new EnvSecretStore(prefix, System.getenv()), "env " + prefix);
  }

  private Opener<Secrets> vault(SecretsSettings settings, BackendUrl url, boolean tls) {
    VaultUrl vault = url.parse(rest -> VaultUrl.parse(rest, tls));
    return () -> behind(settings, new VaultSecretStore(vertx, vault), vault.identity());
  }

  private static String prefix(BackendUrl url) {
    if (!url.rest().matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw url.unusable("what follows the scheme is no beginning of a variable's name");
    }
    return url.rest();
  }

  /** Puts the cache in front of a store. */
  private static Secrets behind(SecretsSettings settings, SecretStore store, String identity) {
    return new CachingSecrets(
        store, identity, settings.cache(), settings.watching(), settings.onDisk());
  }
}
