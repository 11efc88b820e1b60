package dev.mikcar.storage.azure;

import com.azure.storage.blob.BlobAsyncClient;
import com.azure.storage.blob.BlobServiceAsyncClient;
import com.azure.storage.blob.models.UserDelegationKey;
import com.azure.storage.blob.sas.BlobSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import java.net.URI;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * URLs with a shared access signature, by the key of the account, or by one that Azure gives to an
 * identity for a while.
 */
final class AzureSignatures {
  static final BlobSasPermission READ = new BlobSasPermission().setReadPermission(true);
  static final BlobSasPermission WRITE =
      new BlobSasPermission().setCreatePermission(true).setWritePermission(true);

  /** What Azure gives no key beyond. */
  private static final Duration LONGEST = Duration.ofDays(7);

  /** So that not every signature asks for a key. */
  private static final Duration SPARE = Duration.ofHours(1);

  private final BlobServiceAsyncClient service;
  private final boolean byIdentity;
  private volatile @Nullable UserDelegationKey key;

  AzureSignatures(BlobServiceAsyncClient service, boolean byIdentity) {
    this.service = service;
    this.byIdentity = byIdentity;
  }

  /** A URL with which whoever has it may do this to an object for a time of at most 7 days. */
  Mono<URI> sign(BlobAsyncClient blob, BlobSasPermission permission, Duration time) {
    OffsetDateTime end = now().plus(time);
    BlobServiceSasSignatureValues values = new BlobServiceSasSignatureValues(end, permission);
    Mono<String> signature =
        byIdentity
            ? key(end).map(found -> blob.generateUserDelegationSas(values, found))
            : Mono.fromSupplier(() -> blob.generateSas(values));
    return signature.map(signed -> URI.create(blob.getBlobUrl() + "?" + signed));
  }

  private Mono<UserDelegationKey> key(OffsetDateTime end) {
    UserDelegationKey known = key;
    if (known != null && !known.getSignedExpiry().isBefore(end)) {
      return Mono.just(known);
    }
    OffsetDateTime start = now();
    OffsetDateTime latest = start.plus(LONGEST);
    OffsetDateTime wanted = end.plus(SPARE);
    return service
        .getUserDelegationKey(start, wanted.isBefore(latest) ? wanted : latest)
        .doOnNext(given -> key = given);
  }

  /** Whole seconds, as signatures have it. */
  private static OffsetDateTime now() {
    return OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS);
  }
}
