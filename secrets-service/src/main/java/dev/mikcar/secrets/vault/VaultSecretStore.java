package dev.mikcar.secrets.vault;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.SecretVersion;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in a key-value engine, version 2, of HashiCorp Vault or OpenBao,
 * https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2. Labels are its custom metadata.
 * Deleting is soft: Vault can bring the versions back until it is told to destroy them, and a
 * secret made anew goes on counting.
 */
public final class VaultSecretStore implements SecretStore {
  /** Others may write between our look and our write; a write without cas is tried so often. */
  private static final int ATTEMPTS = 5;

  private static final int MOST_LABELS = 64;
  private static final int LONGEST_LABEL = 128;
  private static final int LONGEST_LABEL_VALUE = 512;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final VaultConnection connection;
  private final VaultTokens tokens;
  private final VaultCalls calls;

  public VaultSecretStore(Vertx vertx, VaultUrl url) {
    this.connection = new VaultConnection(vertx, url);
    this.tokens = new VaultTokens(vertx, url, connection, threads);
    this.calls = new VaultCalls(url.mount(), connection, tokens);
  }

  @Override
  public Uni<Secret> get(SecretName name, WantedVersion version) {
    return switch (version) {
      case WantedVersion.Current() -> read(name, "");
      case WantedVersion.Previous() ->
          metadata(name)
              .flatMap(
                  metadata ->
                      read(
                          name,
                          "?version="
                              + metadata.previous().orElseThrow(SecretStore::noVersion).number()));
      case WantedVersion.Exact(String id) when id.matches("[1-9]\\d{0,17}") ->
          read(name, "?version=" + id);
      case WantedVersion.Exact _ -> Uni.createFrom().failure(SecretStore.noVersion());
    };
  }

  private Uni<Secret> read(SecretName name, String query) {
    return calls
        .get("data", name.text(), query)
        .flatMap(
            data -> {
              JsonObject fields = VaultAnswer.part(data, "data");
              JsonObject about = VaultAnswer.part(data, "metadata");
              if (fields == null || about == null) {
                throw SecretStore.notFound();
              }
              long version = about.getLong("version", 0L);
              Instant at = VaultMetadata.time(about.getString("created_time"));
              Secret secret =
                  new Secret(
                      name,
                      Long.toString(version),
                      VaultData.value(fields),
                      at,
                      at,
                      VaultMetadata.labels(VaultAnswer.part(about, "custom_metadata")));
              return version == 1 ? Uni.createFrom().item(secret) : withCreation(secret);
            });
  }

  /** When the secret was made stands elsewhere, where we may not be allowed to look. */
  private Uni<Secret> withCreation(Secret secret) {
    return metadata(secret.name())
        .map(VaultMetadata::createdAt)
        .onFailure(ApiException.class)
        .recoverWithNull()
        .map(
            at ->
                new Secret(
                    secret.name(),
                    secret.version(),
                    secret.value(),
                    at,
                    secret.updatedAt(),
                    secret.labels()));
  }

  private Uni<VaultMetadata> metadata(SecretName name) {
    return calls.get("metadata", name.text(), "").map(VaultMetadata::of);
  }

  @Override
  public Uni<String> create(SecretName name, SecretValue value, Map<String, String> labels) {
    return Uni.createFrom()
        .deferred(
            () -> {
              check(labels);
              return write(name, value, 0)
                  .flatMap(version -> labelled(name, version, labels.isEmpty() ? null : labels))
                  .onFailure(ApiException.PreconditionFailed.class)
                  .recoverWithUni(() -> createAgain(name, value, labels));
            });
  }

  /** A secret that was deleted is still there for Vault. */
  private Uni<String> createAgain(SecretName name, SecretValue value, Map<String, String> labels) {
    return metadata(name)
        .flatMap(
            metadata -> {
              if (metadata.readable().isPresent()) {
                throw SecretStore.exists();
              }
              return write(name, value, metadata.current());
            })
        .onFailure(ApiException.PreconditionFailed.class)
        .transform(e -> SecretStore.exists())
        .flatMap(version -> labelled(name, version, labels));
  }

  @Override
  public Uni<String> update(
      SecretName name,
      SecretValue value,
      @Nullable Map<String, String> labels,
      @Nullable String cas) {
    return Uni.createFrom()
        .deferred(
            () -> {
              if (labels != null) {
                check(labels);
              }
              return update(name, value, cas, ATTEMPTS);
            })
        .flatMap(version -> labelled(name, version, labels));
  }

  private Uni<String> update(
      SecretName name, SecretValue value, @Nullable String cas, int attempts) {
    return metadata(name)
        .flatMap(
            metadata -> {
              long current = metadata.readable().orElseThrow(SecretStore::notFound).number();
              if (cas != null && !cas.equals(Long.toString(current))) {
                throw SecretStore.otherVersion();
              }
              Uni<String> written = write(name, value, current);
              return cas != null || attempts == 1
                  ? written
                  : written
                      .onFailure(ApiException.PreconditionFailed.class)
                      .recoverWithUni(() -> update(name, value, null, attempts - 1));
            });
  }

  /**
   * @param cas the version that must be current; 0: there must be none
   */
  private Uni<String> write(SecretName name, SecretValue value, long cas) {
    JsonObject body =
        new JsonObject()
            .put("options", new JsonObject().put("cas", cas))
            .put("data", VaultData.fields(value));
    return calls
        .post("data", name.text(), body)
        .map(data -> Long.toString(data.getLong("version", 0L)));
  }

  private Uni<String> labelled(
      SecretName name, String version, @Nullable Map<String, String> labels) {
    if (labels == null) {
      return Uni.createFrom().item(version);
    }
    JsonObject custom = new JsonObject();
    labels.forEach(custom::put);
    return calls
        .post("metadata", name.text(), new JsonObject().put("custom_metadata", custom))
        .replaceWith(version);
  }

  private static void check(Map<String, String> labels) {
    boolean fits =
        labels.size() <= MOST_LABELS
            && labels.entrySet().stream()
                .allMatch(
                    label ->
                        !label.getKey().isEmpty()
                            && label.getKey().length() <= LONGEST_LABEL
                            && !label.getValue().isEmpty()
                            && label.getValue().length() <= LONGEST_LABEL_VALUE);
    if (!fits) {
      throw new ApiException.BadRequest(
          "Vault takes at most 64 labels, with names of 1 to 128 and values of 1 to 512"
              + " characters");
    }
  }

  @Override
  public Uni<Void> delete(SecretName name) {
    return metadata(name)
        .flatMap(
            metadata -> {
              if (metadata.readable().isEmpty()) {
                throw SecretStore.notFound();
              }
              return calls.post(
                  "delete",
                  name.text(),
                  new JsonObject().put("versions", new JsonArray(metadata.kept())));
            })
        .replaceWithVoid();
  }

  @Override
  public Uni<List<SecretVersion>> versions(SecretName name) {
    return metadata(name)
        .map(
            metadata -> {
              if (metadata.versions().isEmpty()) {
                throw SecretStore.notFound();
              }
              return metadata.list();
            });
  }

  @Override
  public Uni<List<SecretSummary>> list(String prefix) {
    return new VaultListing(calls, prefix).all(this::summary);
  }

  private Uni<Optional<SecretSummary>> summary(SecretName name) {
    return metadata(name)
        .map(
            metadata ->
                metadata
                    .readable()
                    .map(
                        version ->
                            new SecretSummary(
                                name,
                                Long.toString(version.number()),
                                metadata.createdAt(),
                                version.createdAt())))
        .onFailure(ApiException.NotFound.class)
        .recoverWithItem(Optional.empty());
  }

  /** Vault is unsealed and active, or reaches one that is; and it knows us. */
  @Override
  public Uni<Void> ping() {
    return connection
        .ask(
            new VaultConnection.Call(
                HttpMethod.GET, "sys/health?standbyok=true&perfstandbyok=true", null, null))
        .flatMap(
            answer -> {
              if (!answer.isSuccess()) {
                throw answer.status() == 503
                    ? new ApiException.BackendUnavailable("Vault is sealed", 1)
                    : answer.error();
              }
              return tokens.token();
            })
        .replaceWithVoid();
  }

  @Override
  public void close() {
    tokens.close();
    connection.close();
    threads.shutdownNow();
  }
}
