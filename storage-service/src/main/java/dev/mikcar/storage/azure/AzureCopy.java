package dev.mikcar.storage.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpAuthorization;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.RequestConditions;
import com.azure.storage.blob.BlobAsyncClient;
import com.azure.storage.blob.models.BlobBeginCopySourceRequestConditions;
import com.azure.storage.blob.options.BlobBeginCopyOptions;
import com.azure.storage.blob.options.BlobCopyFromUrlOptions;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.ObjectInfo;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Copies that Azure makes. Up to {@link #LARGEST_AT_ONCE} it answers when the copy is there, whole;
 * a larger one it begins, and is asked how far it is. Its headers come with it.
 */
final class AzureCopy {
  /** The header of a request whose answer waits for the copy. */
  static final HttpHeaderName SYNCHRONOUS = HttpHeaderName.fromString("x-ms-requires-sync");

  private static final long LARGEST_AT_ONCE = 256L << 20;
  private static final Duration SIGNED_FOR = Duration.ofMinutes(15);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final String SCOPE = "https://storage.azure.com/.default";

  private final AzureSignatures signatures;
  private final @Nullable TokenCredential identity;
  private final String sharedAccessSignature;

  /**
   * @param identity that of the sidecar; null when it has another credential
   * @param sharedAccessSignature that credential; empty when it is a key
   */
  AzureCopy(
      AzureSignatures signatures,
      @Nullable TokenCredential identity,
      String sharedAccessSignature) {
    this.signatures = signatures;
    this.identity = identity;
    this.sharedAccessSignature = sharedAccessSignature;
  }

  /**
   * Copies an object.
   *
   * @param info what the source was: fails with {@code 412} when it is another by now
   */
  Mono<Void> copy(BlobAsyncClient from, ObjectInfo info, BlobAsyncClient to) {
    return info.size() <= LARGEST_AT_ONCE ? atOnce(from, info, to) : step(from, info, to);
  }

  /** Azure reads the source as a stranger does, so it is told how it may. */
  private Mono<Void> atOnce(BlobAsyncClient from, ObjectInfo info, BlobAsyncClient to) {
    TokenCredential known = identity;
    Mono<BlobCopyFromUrlOptions> options =
        known == null
            ? source(from).map(BlobCopyFromUrlOptions::new)
            : known
                .getToken(new TokenRequestContext().addScopes(SCOPE))
                .map(
                    token ->
                        new BlobCopyFromUrlOptions(from.getBlobUrl())
                            .setSourceAuthorization(
                                new HttpAuthorization("Bearer", token.getToken())));
    return options
        .map(
            all ->
                all.setSourceRequestConditions(
                    new RequestConditions().setIfMatch(AzureObjectStore.quoted(info.etag()))))
        .flatMap(to::copyFromUrlWithResponse)
        .then();
  }

  /** Within an account, whoever may read the source may copy it. */
  private Mono<Void> step(BlobAsyncClient from, ObjectInfo info, BlobAsyncClient to) {
    return (identity == null ? source(from) : Mono.just(from.getBlobUrl()))
        .flatMapMany(
            source ->
                to.beginCopy(
                    new BlobBeginCopyOptions(source)
                        .setPollInterval(POLL)
                        .setSourceRequestConditions(
                            new BlobBeginCopySourceRequestConditions()
                                .setIfMatch(AzureObjectStore.quoted(info.etag())))))
        .takeUntil(answer -> answer.getStatus().isComplete())
        .last()
        .flatMap(
            answer ->
                answer.getValue().getError() == null
                    ? Mono.<Void>empty()
                    : Mono.error(
                        new ApiException.BackendUnavailable("the store could not copy it", 1)));
  }

  private Mono<String> source(BlobAsyncClient from) {
    return sharedAccessSignature.isEmpty()
        ? signatures.sign(from, AzureSignatures.READ, SIGNED_FOR).map(Object::toString)
        : Mono.just(from.getBlobUrl() + "?" + sharedAccessSignature);
  }
}
