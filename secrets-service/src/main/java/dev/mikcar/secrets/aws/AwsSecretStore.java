package dev.mikcar.secrets.aws;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.SecretVersion;
import dev.mikcar.secrets.store.WantedVersion;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerAsyncClient;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.Tag;

/**
 * Secrets in AWS Secrets Manager, https://docs.aws.amazon.com/secretsmanager/latest/apireference/.
 * Labels are its tags. Deleting is soft: AWS keeps a secret for its recovery window, 30 days; one
 * that is made anew meanwhile is restored first, and has its old versions again.
 */
public final class AwsSecretStore implements SecretStore {
  static final String CURRENT = "AWSCURRENT";
  private static final String PREVIOUS = "AWSPREVIOUS";

  private final SecretsManagerAsyncClient client;
  private final AwsErrors errors = new AwsErrors();
  private final AwsListing listing;

  public AwsSecretStore(AwsUrl url) {
    this.client = AwsClients.client(url);
    this.listing = new AwsListing(client, this::call);
  }

  private <T> Uni<T> call(Supplier<CompletableFuture<T>> call) {
    return Uni.createFrom()
        .completionStage(call)
        .invoke(errors::isOver)
        .onFailure()
        .transform(errors::translate);
  }

  @Override
  public Uni<Secret> get(SecretName name, WantedVersion version) {
    return Uni.createFrom()
        .deferred(
            () -> {
              String id = AwsLimits.name(name);
              GetSecretValueRequest.Builder request = GetSecretValueRequest.builder().secretId(id);
              switch (version) {
                case WantedVersion.Current() -> request.versionStage(CURRENT);
                case WantedVersion.Previous() -> request.versionStage(PREVIOUS);
                case WantedVersion.Exact(String exact) when isVersionId(exact) ->
                    request.versionId(exact);
                case WantedVersion.Exact(String stage) -> request.versionStage(stage);
              }
              return Uni.combine()
                  .all()
                  .unis(call(() -> client.getSecretValue(request.build())), about(id))
                  .asTuple()
                  .map(both -> secret(name, both.getItem1(), both.getItem2()));
            });
  }

  /** AWS's are 32 to 64 characters, usually a UUID; the names of stages that it makes are not. */
  private static boolean isVersionId(String version) {
    return version.length() >= 32 && version.length() <= 64;
  }

  /** Tags and times stand elsewhere, where we may not be allowed to look. */
  private Uni<Optional<DescribeSecretResponse>> about(String id) {
    return describe(id)
        .map(Optional::of)
        .onFailure(ApiException.class)
        .recoverWithItem(Optional.empty());
  }

  private Uni<DescribeSecretResponse> describe(String id) {
    return call(() -> client.describeSecret(request -> request.secretId(id)));
  }

  private static Secret secret(
      SecretName name, GetSecretValueResponse value, Optional<DescribeSecretResponse> about) {
    return new Secret(
        name,
        value.versionId(),
        value.secretString() == null
            ? SecretValue.of(value.secretBinary().asByteArray())
            : SecretValue.of(value.secretString()),
        about.map(DescribeSecretResponse::createdDate).orElse(null),
        value.createdDate(),
        about.map(secret -> labels(secret.tags())).orElse(Map.of()));
  }

  private static Map<String, String> labels(Collection<Tag> tags) {
    Map<String, String> labels = new TreeMap<>();
    tags.forEach(tag -> labels.put(tag.key(), tag.value()));
    return labels;
  }

  private static List<Tag> tags(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label -> Tag.builder().key(label.getKey()).value(label.getValue()).build())
        .toList();
  }

  private static @Nullable String string(SecretValue value) {
    return value.text().orElse(null);
  }

  private static @Nullable SdkBytes binary(SecretValue value) {
    return value.text().isPresent() ? null : SdkBytes.fromByteArray(value.bytes());
  }

  @Override
  public Uni<String> create(SecretName name, SecretValue value, Map<String, String> labels) {
    return Uni.createFrom()
        .deferred(
            () -> {
              String id = AwsLimits.name(name);
              AwsLimits.check(value);
              AwsLimits.check(labels);
              String version = UUID.randomUUID().toString();
              return Uni.createFrom()
                  .completionStage(
                      () ->
                          client.createSecret(
                              request ->
                                  request
                                      .name(id)
                                      .clientRequestToken(version)
                                      .secretString(string(value))
                                      .secretBinary(binary(value))
                                      .tags(tags(labels))))
                  .map(made -> version)
                  .onFailure()
                  .transform(errors::translate)
                  .onFailure(AwsSecretStore::isTaken)
                  .recoverWithUni(() -> restore(id, value, labels));
            });
  }

  /** By a secret that is there, or one that is about to be deleted. */
  private static boolean isTaken(Throwable failure) {
    return failure instanceof ApiException.Conflict || failure instanceof ApiException.NotFound;
  }

  private Uni<String> restore(String id, SecretValue value, Map<String, String> labels) {
    return describe(id)
        .flatMap(
            about -> {
              if (about.deletedDate() == null) {
                throw SecretStore.exists();
              }
              return call(() -> client.restoreSecret(request -> request.secretId(id)));
            })
        .flatMap(restored -> put(id, value, CURRENT))
        .flatMap(version -> labelled(id, labels).replaceWith(version));
  }

  private Uni<String> put(String id, SecretValue value, String stage) {
    PutSecretValueRequest request =
        PutSecretValueRequest.builder()
            .secretId(id)
            .clientRequestToken(UUID.randomUUID().toString())
            .secretString(string(value))
            .secretBinary(binary(value))
            .versionStages(stage)
            .build();
    return call(() -> client.putSecretValue(request)).map(response -> response.versionId());
  }

  /** Makes these the labels, and takes others off. */
  private Uni<Void> labelled(String id, Map<String, String> labels) {
    return describe(id)
        .flatMap(
            about -> {
              List<String> others =
                  about.tags().stream()
                      .map(Tag::key)
                      .filter(key -> !labels.containsKey(key) && !key.startsWith("aws:"))
                      .toList();
              return others.isEmpty()
                  ? Uni.createFrom().voidItem()
                  : call(() ->
                          client.untagResource(request -> request.secretId(id).tagKeys(others)))
                      .replaceWithVoid();
            })
        .flatMap(
            ignored ->
                labels.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : call(() ->
                            client.tagResource(request -> request.secretId(id).tags(tags(labels))))
                        .replaceWithVoid());
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
              String id = AwsLimits.name(name);
              AwsLimits.check(value);
              if (labels != null) {
                AwsLimits.check(labels);
              }
              return present(id)
                  .flatMap(
                      about ->
                          cas == null ? put(id, value, CURRENT) : putOver(about, id, value, cas))
                  .flatMap(
                      version ->
                          labels == null
                              ? Uni.createFrom().item(version)
                              : labelled(id, labels).replaceWith(version));
            });
  }

  /** Fails unless the secret is there and not about to be deleted. */
  private Uni<DescribeSecretResponse> present(String id) {
    return describe(id)
        .invoke(
            about -> {
              if (about.deletedDate() != null) {
                throw SecretStore.notFound();
              }
            });
  }

  /**
   * AWS has no condition on a write, but one on a stage: it moves from a version only when it is
   * there. So the value is put under a stage of its own, and becomes current by moving that one
   * stage; when it cannot, the version has no stage any more, and AWS forgets it.
   */
  private Uni<String> putOver(
      DescribeSecretResponse about, String id, SecretValue value, String cas) {
    if (!about.versionIdsToStages().getOrDefault(cas, List.of()).contains(CURRENT)) {
      throw SecretStore.otherVersion();
    }
    String stage = "mikcar-" + UUID.randomUUID();
    return put(id, value, stage)
        .flatMap(
            version ->
                moveCurrent(id, cas, version)
                    .onItemOrFailure()
                    .call(
                        () ->
                            call(() ->
                                    client.updateSecretVersionStage(
                                        request ->
                                            request
                                                .secretId(id)
                                                .versionStage(stage)
                                                .removeFromVersionId(version)))
                                .onFailure(ApiException.class)
                                .recoverWithNull())
                    .replaceWith(version));
  }

  private Uni<Void> moveCurrent(String id, String from, String to) {
    return call(() ->
            client.updateSecretVersionStage(
                request ->
                    request
                        .secretId(id)
                        .versionStage(CURRENT)
                        .removeFromVersionId(from)
                        .moveToVersionId(to)))
        .onFailure(AwsSecretStore::isNotThere)
        .transform(e -> SecretStore.otherVersion())
        .replaceWithVoid();
  }

  /** InvalidParameterException, in our words. */
  private static boolean isNotThere(Throwable failure) {
    return failure instanceof ApiException.BadRequest || failure instanceof ApiException.NotFound;
  }

  @Override
  public Uni<Void> delete(SecretName name) {
    return Uni.createFrom()
        .deferred(
            () -> {
              String id = AwsLimits.name(name);
              return present(id)
                  .flatMap(
                      about -> call(() -> client.deleteSecret(request -> request.secretId(id))))
                  .replaceWithVoid();
            });
  }

  @Override
  public Uni<List<SecretVersion>> versions(SecretName name) {
    return Uni.createFrom()
        .deferred(
            () -> {
              String id = AwsLimits.name(name);
              return present(id).flatMap(about -> listing.versions(id));
            });
  }

  @Override
  public Uni<Boolean> exists(SecretName name) {
    return Uni.createFrom()
        .deferred(() -> describe(AwsLimits.name(name)))
        .map(about -> about.deletedDate() == null)
        .onFailure(ApiException.NotFound.class)
        .recoverWithItem(false);
  }

  @Override
  public Uni<List<SecretSummary>> list(String prefix) {
    return listing.secrets(prefix);
  }

  /** Who is known but may not list is known all the same. */
  @Override
  public Uni<Void> ping() {
    return call(() -> client.listSecrets(request -> request.maxResults(1)))
        .replaceWithVoid()
        .onFailure(ApiException.Forbidden.class)
        .recoverWithNull();
  }

  @Override
  public void close() {
    client.close();
  }
}
