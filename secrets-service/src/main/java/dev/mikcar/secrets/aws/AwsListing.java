package dev.mikcar.secrets.aws;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Listing;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretVersion;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerAsyncClient;
import software.amazon.awssdk.services.secretsmanager.model.Filter;
import software.amazon.awssdk.services.secretsmanager.model.FilterNameStringType;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretVersionIdsResponse;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsRequest;
import software.amazon.awssdk.services.secretsmanager.model.SecretListEntry;
import software.amazon.awssdk.services.secretsmanager.model.SecretVersionsListEntry;

/** All pages of what AWS lists. */
final class AwsListing {
  private static final int PAGE = 100;

  private final SecretsManagerAsyncClient client;
  private final Call call;

  /** Makes a call of the client; its failures are in our words. */
  @FunctionalInterface
  interface Call {
    <T> Uni<T> of(Supplier<CompletableFuture<T>> call);
  }

  AwsListing(SecretsManagerAsyncClient client, Call call) {
    this.client = client;
    this.call = call;
  }

  Uni<List<SecretSummary>> secrets(String prefix) {
    return Uni.createFrom()
        .deferred(
            () ->
                AwsLimits.isPrefix(prefix)
                    ? secrets(prefix, new Listing(), null)
                    : Uni.createFrom().item(List.of()));
  }

  private Uni<List<SecretSummary>> secrets(String prefix, Listing listing, @Nullable String token) {
    ListSecretsRequest.Builder request =
        ListSecretsRequest.builder().maxResults(PAGE).nextToken(token);
    if (!prefix.isEmpty()) {
      request.filters(Filter.builder().key(FilterNameStringType.NAME).values(prefix).build());
    }
    return call.of(() -> client.listSecrets(request.build()))
        .flatMap(
            page -> {
              for (SecretListEntry secret : page.secretList()) {
                if (secret.name().startsWith(prefix) && secret.deletedDate() == null) {
                  add(listing, secret);
                }
              }
              return isLast(page.nextToken())
                  ? Uni.createFrom().item(listing.sorted())
                  : secrets(prefix, listing, page.nextToken());
            });
  }

  /** Others may have made secrets with names that nobody can ask us for. */
  private static void add(Listing listing, SecretListEntry secret) {
    SecretName name;
    try {
      name = new SecretName(secret.name());
    } catch (ApiException.BadRequest e) {
      return;
    }
    String version =
        secret.secretVersionsToStages().entrySet().stream()
            .filter(entry -> entry.getValue().contains(AwsSecretStore.CURRENT))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElse(null);
    listing.add(new SecretSummary(name, version, secret.createdDate(), secret.lastChangedDate()));
  }

  Uni<List<SecretVersion>> versions(String id) {
    return versions(id, new ArrayList<>(), null)
        .map(
            all -> {
              if (all.isEmpty()) {
                throw SecretStore.notFound();
              }
              all.sort(
                  Comparator.comparing(
                          (SecretVersion v) -> v.state() != SecretVersion.State.CURRENT)
                      .thenComparing(
                          SecretVersion::createdAt,
                          Comparator.nullsLast(Comparator.reverseOrder())));
              return List.copyOf(all);
            });
  }

  private Uni<List<SecretVersion>> versions(
      String id, List<SecretVersion> found, @Nullable String token) {
    Uni<ListSecretVersionIdsResponse> listed =
        call.of(
            () ->
                client.listSecretVersionIds(
                    request ->
                        request
                            .secretId(id)
                            .includeDeprecated(true)
                            .maxResults(PAGE)
                            .nextToken(token)));
    return listed.flatMap(
        page -> {
          page.versions().forEach(version -> found.add(version(version)));
          return isLast(page.nextToken())
              ? Uni.createFrom().item(found)
              : versions(id, found, page.nextToken());
        });
  }

  /** Not every server leaves it out when there is no more. */
  private static boolean isLast(@Nullable String token) {
    return token == null || token.isEmpty();
  }

  /** One without a stage can still be read, until AWS forgets it. */
  private static SecretVersion version(SecretVersionsListEntry version) {
    return new SecretVersion(
        version.versionId(),
        version.createdDate(),
        version.versionStages().contains(AwsSecretStore.CURRENT)
            ? SecretVersion.State.CURRENT
            : SecretVersion.State.ENABLED);
  }
}
