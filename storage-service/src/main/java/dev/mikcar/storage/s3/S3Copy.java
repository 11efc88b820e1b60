package dev.mikcar.storage.s3;

import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Comparator;
import java.util.List;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A copy of a large object, made by the store in parts, several at a time. It is there whole or not
 * at all; one that fails leaves no parts.
 */
final class S3Copy {
  private static final Logger LOG = Logger.getLogger(S3Copy.class);
  private static final int MOST_PARTS = 10_000;
  private static final int AT_ONCE = 16;

  private final S3AsyncClient client;
  private final S3AsyncClient completing;
  private final String bucket;
  private final String from;
  private final String to;
  private final ObjectInfo source;
  private final long partSize;

  /**
   * From one key to another.
   *
   * @param source what is to be copied, and nothing else
   * @param partSize bytes, 5 MiB or more; larger when there would be too many parts
   */
  S3Copy(
      S3AsyncClient client,
      S3AsyncClient completing,
      String bucket,
      String from,
      String to,
      ObjectInfo source,
      long partSize) {
    this.client = client;
    this.completing = completing;
    this.bucket = bucket;
    this.from = from;
    this.to = to;
    this.source = source;
    this.partSize = Math.max(partSize, Math.ceilDiv(source.size(), MOST_PARTS));
  }

  Uni<Void> run() {
    ObjectHeaders headers = source.headers();
    return S3ObjectStore.call(
            () ->
                client.createMultipartUpload(
                    create ->
                        create
                            .bucket(bucket)
                            .key(to)
                            .contentType(headers.contentType())
                            .cacheControl(headers.cacheControl())
                            .contentDisposition(headers.contentDisposition())
                            .contentEncoding(headers.contentEncoding())
                            .metadata(headers.meta())))
        .chain(
            created ->
                parts(created.uploadId())
                    .chain(parts -> complete(created.uploadId(), parts))
                    .onFailure()
                    .call(() -> abort(created.uploadId()))
                    .onCancellation()
                    .call(() -> abort(created.uploadId())));
  }

  private Uni<List<CompletedPart>> parts(String id) {
    int count = (int) Math.ceilDiv(source.size(), partSize);
    return Multi.createFrom()
        .range(1, count + 1)
        .onItem()
        .transformToUni(number -> part(id, number))
        // All have ended before the upload is given up: it would not take those on their way along.
        .collectFailures()
        .merge(AT_ONCE)
        .collect()
        .asList()
        .map(
            parts ->
                parts.stream().sorted(Comparator.comparing(CompletedPart::partNumber)).toList());
  }

  private Uni<CompletedPart> part(String id, int number) {
    long first = (number - 1) * partSize;
    long last = Math.min(first + partSize, source.size()) - 1;
    return S3ObjectStore.call(
            () ->
                client.uploadPartCopy(
                    copy ->
                        copy.sourceBucket(bucket)
                            .sourceKey(from)
                            .copySourceRange("bytes=" + first + "-" + last)
                            .copySourceIfMatch('"' + source.etag() + '"')
                            .destinationBucket(bucket)
                            .destinationKey(to)
                            .uploadId(id)
                            .partNumber(number)))
        .map(
            copied ->
                CompletedPart.builder()
                    .partNumber(number)
                    .eTag(copied.copyPartResult().eTag())
                    .build());
  }

  private Uni<Void> complete(String id, List<CompletedPart> parts) {
    return S3ObjectStore.call(
            () ->
                completing.completeMultipartUpload(
                    complete ->
                        complete
                            .bucket(bucket)
                            .key(to)
                            .uploadId(id)
                            .multipartUpload(multipart -> multipart.parts(parts))))
        .replaceWithVoid();
  }

  private Uni<Void> abort(String id) {
    return S3ObjectStore.call(
            () -> client.abortMultipartUpload(a -> a.bucket(bucket).key(to).uploadId(id)))
        .onFailure()
        .invoke(e -> LOG.warnf("The parts of a copy that failed stay in the store: %s", e))
        .onFailure()
        .recoverWithNull()
        .replaceWithVoid();
  }
}
