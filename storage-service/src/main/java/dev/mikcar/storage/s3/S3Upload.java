package dev.mikcar.storage.s3;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.BodyParts;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.Upload;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * One upload, on a virtual thread. What fits into one part is put at once; else it goes up in parts
 * of the same size, one on its way while the next is read, if there is memory for two. Parts are
 * kept until they are answered, so that the client can send them again. An upload that fails leaves
 * no parts.
 */
final class S3Upload {
  private static final Logger LOG = Logger.getLogger(S3Upload.class);
  private static final int SMALLEST_PART = 5 << 20;
  private static final int MOST_PARTS = 10_000;

  private final S3AsyncClient client;
  private final S3AsyncClient completing;
  private final String bucket;
  private final String key;
  private final Upload upload;
  private final Guard guard;
  private final MemoryBudget memory;
  private final List<CompletedPart> parts = new ArrayList<>();
  private @Nullable String uploadId;
  private @Nullable CompletableFuture<CompletedPart> sending;
  private long size;

  /**
   * What the store has to find for the object to be written.
   *
   * @param absent no object
   * @param etag the object with this tag; null for any
   */
  record Guard(boolean absent, @Nullable String etag) {}

  S3Upload(
      S3AsyncClient client,
      S3AsyncClient completing,
      String bucket,
      String key,
      Upload upload,
      Guard guard,
      MemoryBudget memory) {
    this.client = client;
    this.completing = completing;
    this.bucket = bucket;
    this.key = key;
    this.upload = upload;
    this.guard = guard;
    this.memory = memory;
  }

  ObjectInfo run() {
    int partSize =
        (int) Math.max(SMALLEST_PART, Math.ceilDiv(Math.max(upload.length(), 0), MOST_PARTS));
    try (MemoryBudget.Share share = memory.take(upload.part(partSize))) {
      boolean done = false;
      try (BodyParts body = new BodyParts(upload.body(), partSize)) {
        ByteBuffer part = body.next();
        String etag =
            body.hasNext() ? putInParts(part, body, share.tryMore(partSize)) : putWhole(part);
        done = true;
        return new ObjectInfo(size, etag, Instant.now(), upload.headers());
      } finally {
        if (!done) {
          abort();
        }
      }
    }
  }

  private String putWhole(ByteBuffer part) {
    size = part.remaining();
    ObjectHeaders headers = upload.headers();
    return S3ObjectStore.unquoted(
        client
            .putObject(
                put ->
                    put.bucket(bucket)
                        .key(key)
                        .contentType(headers.contentType())
                        .cacheControl(headers.cacheControl())
                        .contentDisposition(headers.contentDisposition())
                        .contentEncoding(headers.contentEncoding())
                        .metadata(headers.meta())
                        .ifNoneMatch(guard.absent() ? "*" : null)
                        .ifMatch(quotedGuard()),
                AsyncRequestBody.fromByteBufferUnsafe(part))
            .join()
            .eTag());
  }

  private @Nullable String quotedGuard() {
    return guard.etag() == null ? null : '"' + guard.etag() + '"';
  }

  private void send(ByteBuffer part) {
    if (uploadId == null) {
      ObjectHeaders headers = upload.headers();
      uploadId =
          client
              .createMultipartUpload(
                  create ->
                      create
                          .bucket(bucket)
                          .key(key)
                          .contentType(headers.contentType())
                          .cacheControl(headers.cacheControl())
                          .contentDisposition(headers.contentDisposition())
                          .contentEncoding(headers.contentEncoding())
                          .metadata(headers.meta()))
              .join()
              .uploadId();
    }
    awaitPart();
    if (parts.size() == MOST_PARTS) {
      throw new ApiException.PayloadTooLarge((long) MOST_PARTS * SMALLEST_PART);
    }
    size += part.remaining();
    int number = parts.size() + 1;
    sending =
        client
            .uploadPart(
                up -> up.bucket(bucket).key(key).uploadId(uploadId).partNumber(number),
                AsyncRequestBody.fromByteBufferUnsafe(part))
            .thenApply(
                sent -> CompletedPart.builder().partNumber(number).eTag(sent.eTag()).build());
  }

  private void awaitPart() {
    CompletableFuture<CompletedPart> part = sending;
    sending = null;
    if (part != null) {
      parts.add(part.join());
    }
  }

  private String putInParts(ByteBuffer first, BodyParts rest, boolean twoAtOnce) {
    send(first);
    while (rest.hasNext()) {
      if (!twoAtOnce) {
        awaitPart();
      }
      send(rest.next());
    }
    awaitPart();
    return S3ObjectStore.unquoted(
        completing
            .completeMultipartUpload(
                complete ->
                    complete
                        .bucket(bucket)
                        .key(key)
                        .uploadId(uploadId)
                        .ifNoneMatch(guard.absent() ? "*" : null)
                        .ifMatch(quotedGuard())
                        .multipartUpload(multipart -> multipart.parts(parts)))
            .join()
            .eTag());
  }

  private void abort() {
    String id = uploadId;
    if (id == null) {
      return;
    }
    try {
      if (sending != null) {
        var _ = sending.handle((part, failure) -> true).join();
      }
      var _ = client.abortMultipartUpload(a -> a.bucket(bucket).key(key).uploadId(id)).join();
    } catch (RuntimeException e) {
      LOG.warnf("The parts of an upload that failed stay in the store: %s", e);
    }
  }
}
