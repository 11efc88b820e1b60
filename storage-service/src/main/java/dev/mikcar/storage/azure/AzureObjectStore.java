package dev.mikcar.storage.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.storage.blob.BlobAsyncClient;
import com.azure.storage.blob.BlobContainerAsyncClient;
import com.azure.storage.blob.models.BlobDownloadAsyncResponse;
import com.azure.storage.blob.models.BlobDownloadHeaders;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.DownloadRetryOptions;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Content;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectBody;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mutiny.zero.flow.adapters.AdaptersToFlow;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Objects in a container. Conditions are the store's own; one that it does not have is judged by
 * what is there, and then made one it has: that what is there stays until the write.
 */
public final class AzureObjectStore implements ObjectStore {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes .*/(\\d+)");

  /** How often an object may be replaced between a look at it and the next step. */
  private static final int ATTEMPTS = 5;

  /** How often reading goes on where a connection broke. */
  private static final int RESUMES = 2;

  private final AzureContainer place;
  private final BlobContainerAsyncClient container;
  private final AzureSignatures signatures;
  private final AzureCopy copies;
  private final MemoryBudget memory;

  /** Of the client too: finding an identity may block, and so may a signature. */
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Reaches for nothing until it is used.
   *
   * @param memory what uploads may hold
   */
  public AzureObjectStore(AzureContainer place, MemoryBudget memory) {
    this.memory = memory;
    this.place = place;
    HttpClient http = AzureClients.transport(threads);
    TokenCredential identity =
        place.connectionString() == null ? AzureClients.identity(http) : null;
    this.container = AzureClients.container(place, http, identity);
    this.signatures = new AzureSignatures(container.getServiceAsyncClient(), identity != null);
    this.copies = new AzureCopy(signatures, identity, place.sharedAccessSignature());
  }

  private BlobAsyncClient blob(ObjectPath path) {
    return container.getBlobAsyncClient(AzureNames.of(place.prefix(), path));
  }

  static String quoted(String etag) {
    return '"' + etag + '"';
  }

  private <T> Uni<T> call(Supplier<Mono<T>> call) {
    return Uni.createFrom()
        .completionStage(() -> call.get().toFuture())
        .runSubscriptionOn(threads)
        .onFailure()
        .transform(AzureErrors::translate);
  }

  @Override
  public Uni<ObjectInfo> head(ObjectPath path) {
    return call(() -> blob(path).getProperties()).map(AzureHeaders::info);
  }

  @Override
  public Uni<ObjectBody> get(ObjectPath path, ByteRange range, @Nullable String etag) {
    return switch (range) {
      case ByteRange.All() -> read(path, range, new BlobRange(0), etag);
      case ByteRange.Between(long first, long last) when last == Long.MAX_VALUE ->
          read(path, range, new BlobRange(first), etag);
      case ByteRange.Between(long first, long last) ->
          read(path, range, new BlobRange(first, last - first + 1), etag);
      case ByteRange.Last _ -> readEnd(path, range, etag, ATTEMPTS);
    };
  }

  private Uni<ObjectBody> read(
      ObjectPath path, ByteRange range, BlobRange theirs, @Nullable String etag) {
    BlobRequestConditions conditions =
        new BlobRequestConditions().setIfMatch(etag == null ? null : quoted(etag));
    return call(
        () ->
            blob(path)
                .downloadStreamWithResponse(
                    theirs,
                    new DownloadRetryOptions().setMaxRetryRequests(RESUMES),
                    conditions,
                    false)
                .map(response -> body(response, range))
                .onErrorResume(
                    BlobStorageException.class,
                    e ->
                        e.getStatusCode() == 416
                            ? blob(path)
                                .getProperties()
                                .map(
                                    found -> {
                                      throw ByteRange.unsatisfiable(found.getBlobSize());
                                    })
                            : Mono.error(e)));
  }

  /** Azure counts from the beginning only. */
  private Uni<ObjectBody> readEnd(
      ObjectPath path, ByteRange range, @Nullable String etag, int attempts) {
    return head(path)
        .chain(
            info -> {
              if (etag != null && !etag.equals(info.etag())) {
                throw Condition.unmet();
              }
              ByteRange.Slice slice = range.of(info.size());
              return read(path, range, new BlobRange(slice.first(), slice.length()), info.etag())
                  .onFailure(
                      e ->
                          e instanceof ApiException.PreconditionFailed
                              && etag == null
                              && attempts > 1)
                  .recoverWithUni(() -> readEnd(path, range, null, attempts - 1));
            });
  }

  /** Judges the range once more: not every store that speaks like Azure refuses an empty one. */
  private static ObjectBody body(BlobDownloadAsyncResponse response, ByteRange range) {
    BlobDownloadHeaders found = response.getDeserializedHeaders();
    Matcher given = CONTENT_RANGE.matcher(Objects.requireNonNullElse(found.getContentRange(), ""));
    long size = given.matches() ? Long.parseLong(given.group(1)) : found.getContentLength();
    Content content =
        new Content.Streamed(
            Multi.createFrom().publisher(AdaptersToFlow.publisher(response.getValue())));
    try {
      return new ObjectBody(AzureHeaders.info(found, size), range.of(size), content);
    } catch (ApiException e) {
      content.discard();
      throw e;
    }
  }

  @Override
  public Uni<ObjectInfo> put(ObjectPath path, Upload upload) {
    return conditions(path, upload.condition())
        .chain(
            conditions ->
                Uni.createFrom()
                    .item(
                        () ->
                            new AzureUpload(
                                    blob(path).getBlockBlobAsyncClient(),
                                    upload,
                                    conditions,
                                    memory)
                                .run())
                    .runSubscriptionOn(threads))
        .onFailure()
        .transform(AzureErrors::translate)
        // A condition on an object that is gone is not met, rather than the object not found.
        .onFailure(e -> e instanceof ApiException.NotFound && !upload.condition().isNone())
        .transform(ignored -> Condition.unmet());
  }

  private Uni<BlobRequestConditions> conditions(ObjectPath path, Condition condition) {
    BlobRequestConditions conditions = new BlobRequestConditions();
    if (condition.isNone()) {
      return Uni.createFrom().item(conditions);
    }
    if (condition.isAbsence()) {
      return Uni.createFrom().item(conditions.setIfNoneMatch("*"));
    }
    return head(path)
        .map(info -> Optional.of(info.etag()))
        .onFailure(ApiException.NotFound.class)
        .recoverWithItem(Optional.empty())
        .map(
            etag -> {
              condition.require(etag.orElse(null));
              return etag.isEmpty()
                  ? conditions.setIfNoneMatch("*")
                  : conditions.setIfMatch(quoted(etag.get()));
            });
  }

  @Override
  public Uni<Void> delete(ObjectPath path, Condition condition) {
    if (condition.isNone()) {
      return delete(path, new BlobRequestConditions());
    }
    return head(path)
        .chain(
            info -> {
              condition.require(info.etag());
              return delete(path, new BlobRequestConditions().setIfMatch(quoted(info.etag())));
            });
  }

  private Uni<Void> delete(ObjectPath path, BlobRequestConditions conditions) {
    return call(() -> blob(path).deleteWithResponse(null, conditions)).replaceWithVoid();
  }

  @Override
  public Uni<Listing> list(Listing.Query query) {
    return call(() -> new AzureListing(container, place.prefix(), query).read());
  }

  @Override
  public Uni<Void> copy(ObjectPath from, ObjectPath to) {
    return copied(from, to)
        .onFailure(ApiException.PreconditionFailed.class)
        .retry()
        .atMost(ATTEMPTS)
        .replaceWithVoid()
        .onFailure(ApiException.PreconditionFailed.class)
        .transform(AzureObjectStore::neverStill);
  }

  /** Copies what is there; fails with 412 when that is replaced meanwhile. */
  private Uni<ObjectInfo> copied(ObjectPath from, ObjectPath to) {
    return head(from)
        .chain(
            info ->
                from.equals(to)
                    ? Uni.createFrom().item(info)
                    : call(() -> copies.copy(blob(from), info, blob(to))).replaceWith(info));
  }

  /** Deletes what it copied and nothing newer. */
  @Override
  public Uni<Void> move(ObjectPath from, ObjectPath to) {
    return copied(from, to)
        .chain(
            info ->
                from.equals(to)
                    ? Uni.createFrom().voidItem()
                    : delete(from, new BlobRequestConditions().setIfMatch(quoted(info.etag()))))
        .onFailure(ApiException.PreconditionFailed.class)
        .retry()
        .atMost(ATTEMPTS)
        .onFailure(ApiException.PreconditionFailed.class)
        .transform(AzureObjectStore::neverStill);
  }

  private static ApiException neverStill(Throwable unmet) {
    return new ApiException.BackendUnavailable("the object is being replaced all the time", 1);
  }

  /** None when the sidecar itself has a signature only, which can sign nothing. */
  @Override
  public Uni<Optional<URI>> sign(ObjectPath path, String method, Duration time) {
    if (!place.sharedAccessSignature().isEmpty()) {
      return Uni.createFrom().item(Optional.empty());
    }
    return call(() ->
            signatures.sign(
                blob(path),
                method.equals("GET") ? AzureSignatures.READ : AzureSignatures.WRITE,
                time))
        .map(Optional::of);
  }

  @Override
  public Uni<Void> ping() {
    return list(new Listing.Query("", 1, "", "")).replaceWithVoid();
  }

  /** What is under way is given up. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
