package dev.mikcar.storage.s3;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Content;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectBody;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Objects in a bucket. Conditions are the store's own; one that it does not have is judged by what
 * is there, and then made one it has: that what is there stays until the write.
 */
public final class S3ObjectStore implements ObjectStore {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

  /**
   * Of at most 5 GiB in a request S3 could make a copy, but it says nothing before it is done;
   * parts are done soon, and at the same time.
   */
  private static final long COPY_PART = 256L << 20;

  private final S3Bucket bucket;
  private final S3AsyncClient client;
  private final S3AsyncClient completing;
  private final S3Presigner presigner;
  private final MemoryBudget memory;
  private final long copyPart;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * Reaches for nothing until it is used.
   *
   * @param memory what uploads may hold
   */
  public S3ObjectStore(S3Bucket bucket, MemoryBudget memory) {
    this(bucket, memory, COPY_PART);
  }

  /**
   * Reaches for nothing until it is used.
   *
   * @param copyPart bytes; what is larger is copied in parts of that size
   */
  S3ObjectStore(S3Bucket bucket, MemoryBudget memory, long copyPart) {
    this.bucket = bucket;
    this.memory = memory;
    this.copyPart = copyPart;
    this.client = S3Clients.client(bucket);
    this.completing = S3Clients.completingClient(bucket);
    this.presigner = S3Clients.presigner(bucket);
  }

  private String key(ObjectPath path) {
    String key = bucket.prefix() + path.text();
    if (key.getBytes(StandardCharsets.UTF_8).length > ObjectPath.LONGEST) {
      throw new ApiException.BadRequest(
          "the path is too long behind the prefix of the storage: together they have at most "
              + ObjectPath.LONGEST
              + " bytes");
    }
    return key;
  }

  static String unquoted(String etag) {
    return etag.startsWith("\"") && etag.endsWith("\"")
        ? etag.substring(1, etag.length() - 1)
        : etag;
  }

  static <T> Uni<T> call(Supplier<CompletableFuture<T>> call) {
    return Uni.createFrom().completionStage(call).onFailure().transform(S3Errors::translate);
  }

  @Override
  public Uni<ObjectInfo> head(ObjectPath path) {
    return call(() -> client.headObject(head -> head.bucket(bucket.name()).key(key(path))))
        .map(S3ObjectStore::info);
  }

  private static ObjectInfo info(HeadObjectResponse found) {
    return new ObjectInfo(
        found.contentLength(),
        unquoted(found.eTag()),
        found.lastModified(),
        headers(
            found.contentType(),
            found.cacheControl(),
            found.contentDisposition(),
            found.contentEncoding(),
            found.metadata()));
  }

  @Override
  public Uni<ObjectBody> get(ObjectPath path, ByteRange range, @Nullable String etag) {
    if (range.equals(new ByteRange.Last(0))) {
      return unsatisfiable(path);
    }
    return Uni.createFrom()
        .completionStage(
            () ->
                client.getObject(
                    get ->
                        get.bucket(bucket.name())
                            .key(key(path))
                            .range(header(range))
                            .ifMatch(etag == null ? null : '"' + etag + '"'),
                    new S3Download()))
        .map(opened -> body(opened, range))
        .onFailure(S3ObjectStore::isUnsatisfiable)
        .recoverWithUni(() -> unsatisfiable(path))
        .onFailure()
        .transform(S3Errors::translate);
  }

  private static @Nullable String header(ByteRange range) {
    return switch (range) {
      case ByteRange.All() -> null;
      case ByteRange.Between(long first, long last) when last == Long.MAX_VALUE ->
          "bytes=" + first + "-";
      case ByteRange.Between(long first, long last) -> "bytes=" + first + "-" + last;
      case ByteRange.Last(long count) -> "bytes=-" + count;
    };
  }

  private static boolean isUnsatisfiable(Throwable failure) {
    Throwable cause = failure.getCause();
    return (failure instanceof S3Exception e && e.statusCode() == 416)
        || (cause instanceof S3Exception c && c.statusCode() == 416);
  }

  private Uni<ObjectBody> unsatisfiable(ObjectPath path) {
    return head(path).chain(info -> Uni.createFrom().failure(ByteRange.unsatisfiable(info.size())));
  }

  /** Judges the range once more: not every store that speaks like S3 refuses an empty one. */
  private static ObjectBody body(S3Download.Opened opened, ByteRange range) {
    GetObjectResponse found = opened.response();
    long length = found.contentLength();
    long first = 0;
    long size = length;
    Matcher given = CONTENT_RANGE.matcher(Objects.requireNonNullElse(found.contentRange(), ""));
    if (given.matches()) {
      first = Long.parseLong(given.group(1));
      size = Long.parseLong(given.group(3));
    }
    Content content = new Content.Streamed(opened.bytes());
    try {
      var _ = range.of(size);
    } catch (ApiException e) {
      content.discard();
      throw e;
    }
    ObjectInfo info =
        new ObjectInfo(
            size,
            unquoted(found.eTag()),
            found.lastModified(),
            headers(
                found.contentType(),
                found.cacheControl(),
                found.contentDisposition(),
                found.contentEncoding(),
                found.metadata()));
    return new ObjectBody(info, new ByteRange.Slice(first, length), content);
  }

  private static ObjectHeaders headers(
      @Nullable String contentType,
      @Nullable String cacheControl,
      @Nullable String contentDisposition,
      @Nullable String contentEncoding,
      Map<String, String> meta) {
    return new ObjectHeaders(
        Objects.requireNonNullElse(contentType, ObjectHeaders.UNKNOWN_TYPE),
        cacheControl,
        contentDisposition,
        contentEncoding,
        new TreeMap<>(meta));
  }

  @Override
  public Uni<ObjectInfo> put(ObjectPath path, Upload upload) {
    return guard(path, upload.condition())
        .chain(
            guard ->
                Uni.createFrom()
                    .item(
                        () ->
                            new S3Upload(
                                    client,
                                    completing,
                                    bucket.name(),
                                    key(path),
                                    upload,
                                    guard,
                                    memory)
                                .run())
                    .runSubscriptionOn(threads))
        .onFailure()
        .transform(S3Errors::translate)
        // A condition on an object that is gone is not met, rather than the object not found.
        .onFailure(e -> e instanceof ApiException.NotFound && !upload.condition().isNone())
        .transform(ignored -> Condition.unmet());
  }

  private Uni<S3Upload.Guard> guard(ObjectPath path, Condition condition) {
    if (condition.isNone()) {
      return Uni.createFrom().item(new S3Upload.Guard(false, null));
    }
    if (condition.isAbsence()) {
      return Uni.createFrom().item(new S3Upload.Guard(true, null));
    }
    return etag(path)
        .map(
            etag -> {
              condition.require(etag.orElse(null));
              return new S3Upload.Guard(etag.isEmpty(), etag.orElse(null));
            });
  }

  private Uni<Optional<String>> etag(ObjectPath path) {
    return head(path)
        .map(info -> Optional.of(info.etag()))
        .onFailure(ApiException.NotFound.class)
        .recoverWithItem(Optional.empty());
  }

  @Override
  public Uni<Void> delete(ObjectPath path, Condition condition) {
    return head(path)
        .chain(
            info -> {
              condition.require(info.etag());
              // Amazon's judges it once more; stores that do not know it leave it at that.
              String etag = condition.isNone() ? null : '"' + info.etag() + '"';
              return call(
                  () ->
                      client.deleteObject(
                          d -> d.bucket(bucket.name()).key(key(path)).ifMatch(etag)));
            })
        .replaceWithVoid();
  }

  @Override
  public Uni<Listing> list(Listing.Query query) {
    return call(() -> client.listObjectsV2(S3Listing.request(bucket, query)))
        .map(page -> S3Listing.of(bucket, page));
  }

  @Override
  public Uni<Void> copy(ObjectPath from, ObjectPath to) {
    return head(from)
        .chain(
            info -> {
              if (from.equals(to)) {
                return Uni.createFrom().voidItem();
              }
              return info.size() > copyPart
                  ? new S3Copy(
                          client, completing, bucket.name(), key(from), key(to), info, copyPart)
                      .run()
                  : copyAtOnce(from, to);
            });
  }

  private Uni<Void> copyAtOnce(ObjectPath from, ObjectPath to) {
    return call(() ->
            client.copyObject(
                copy ->
                    copy.sourceBucket(bucket.name())
                        .sourceKey(key(from))
                        .destinationBucket(bucket.name())
                        .destinationKey(key(to))))
        .replaceWithVoid();
  }

  @Override
  public Uni<Void> move(ObjectPath from, ObjectPath to) {
    return copy(from, to)
        .chain(() -> from.equals(to) ? Uni.createFrom().voidItem() : delete(from, Condition.NONE));
  }

  @Override
  public Uni<Optional<URI>> sign(ObjectPath path, String method, Duration time) {
    return Uni.createFrom()
        .item(() -> Optional.of(presigned(path, method, time)))
        .runSubscriptionOn(threads)
        .onFailure()
        .transform(S3Errors::translate);
  }

  /** May look for credentials, and so block. */
  private URI presigned(ObjectPath path, String method, Duration time) {
    String url =
        method.equals("GET")
            ? presigner
                .presignGetObject(
                    p ->
                        p.signatureDuration(time)
                            .getObjectRequest(g -> g.bucket(bucket.name()).key(key(path))))
                .url()
                .toExternalForm()
            : presigner
                .presignPutObject(
                    p ->
                        p.signatureDuration(time)
                            .putObjectRequest(g -> g.bucket(bucket.name()).key(key(path))))
                .url()
                .toExternalForm();
    return URI.create(url);
  }

  @Override
  public Uni<Void> ping() {
    return call(() -> client.headBucket(h -> h.bucket(bucket.name())))
        .replaceWithVoid()
        .onFailure(ApiException.NotFound.class)
        .transform(e -> new ApiException.BackendUnavailable("the bucket does not exist", 5));
  }

  @Override
  public void close() {
    threads.close();
    presigner.close();
    client.close();
    completing.close();
  }
}
