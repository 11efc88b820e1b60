package dev.mikcar.secrets;

import dev.mikcar.common.service.Opener;
import dev.mikcar.common.service.Schemes;
import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.secrets.aws.AwsSecretStore;
import dev.mikcar.secrets.aws.AwsUrl;
import dev.mikcar.secrets.cache.CachingSecrets;
import dev.mikcar.secrets.env.EnvSecretStore;
import dev.mikcar.secrets.file.FileSecretStore;
import dev.mikcar.secrets.memory.MemorySecretStore;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.Secrets;
import dev.mikcar.secrets.vault.VaultSecretStore;
import dev.mikcar.secrets.vault.VaultUrl;
import io.vertx.core.Vertx;

/**
 * What stores there are, each behind its cache.
 *
 * @param vertx for those that are asked over the network
 */
record SecretStores(SecretsSettings settings, Vertx vertx) {
  private static final String USUAL_PREFIX = "SECRET_";

  Schemes<Secrets> schemes() {
    return Schemes.<Secrets>of("SECRETS_URL")
        .withMemory(() -> behind(MemorySecretStore.ofAnEighthOfTheHeap(), "memory"))
        .with(
            "env",
            "env://PREFIX_",
            url -> {
              String prefix = prefix(url);
              return () -> env(prefix);
            })
        .withFolder(folder -> behind(new FileSecretStore(folder), "file " + folder))
        .with("vault", VaultUrl.FORM, url -> vault(url, false))
        .with("vaults", "vault", "", url -> vault(url, true))
        .with("awssm", AwsUrl.FORM, this::aws)
        .with("aws-sm", "awssm", "", this::aws)
        .otherwise("env", () -> env(USUAL_PREFIX));
  }

  private Secrets env(String prefix) {
    return behind(new EnvSecretStore(prefix, System.getenv()), "env " + prefix);
  }

  private static String prefix(BackendUrl url) {
    if (!url.rest().matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw url.unusable("what follows the scheme is no beginning of a variable's name");
    }
    return url.rest();
  }

  private Opener<Secrets> vault(BackendUrl url, boolean tls) {
    VaultUrl vault = url.parse(rest -> VaultUrl.parse(rest, tls));
    return () -> behind(new VaultSecretStore(vertx, vault), vault.identity());
  }

  private Opener<Secrets> aws(BackendUrl url) {
    AwsUrl aws = url.parse(AwsUrl::parse);
    return () -> behind(new AwsSecretStore(aws), aws.identity());
  }

  /**
   * Puts the cache in front of a store.
   *
   * @param identity what tells it from other stores, without a credential
   */
  private Secrets behind(SecretStore store, String identity) {
    return new CachingSecrets(
        store, identity, settings.cache(), settings.watching(), settings.onDisk());
  }
}
