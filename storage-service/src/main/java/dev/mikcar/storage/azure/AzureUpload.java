package dev.mikcar.storage.azure;

import com.azure.core.http.rest.Response;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlockBlobItem;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobAsyncClient;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.BodyParts;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.Upload;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * One upload, on a virtual thread. What fits into one block is put at once; else it goes up in
 * blocks of the same size, one on its way while the next is read, and becomes the object by one
 * commit. Blocks are kept until they are answered, so that the client can send them again. Those of
 * an upload that fails are seen by nobody, and Azure deletes them after a week.
 */
final class AzureUpload {
  private static final int SMALLEST_BLOCK = 4 << 20;
  private static final int MOST_BLOCKS = 50_000;
  private static final int SLICE = 64 * 1024;

  private final BlockBlobAsyncClient blob;
  private final Upload upload;
  private final BlobRequestConditions conditions;
  private final MemoryBudget memory;

  /** Names of one length, as Azure wants it, and of this upload: others may run beside it. */
  private final UUID id = UUID.randomUUID();

  private final List<String> blocks = new ArrayList<>();
  private @Nullable CompletableFuture<Response<Void>> sending;
  private long size;

  AzureUpload(
      BlockBlobAsyncClient blob,
      Upload upload,
      BlobRequestConditions conditions,
      MemoryBudget memory) {
    this.memory = memory;
    this.blob = blob;
    this.upload = upload;
    this.conditions = conditions;
  }

  ObjectInfo run() {
    int blockSize =
        (int) Math.max(SMALLEST_BLOCK, Math.ceilDiv(Math.max(upload.length(), 0), MOST_BLOCKS));
    try (MemoryBudget.Share share = memory.take(upload.part(blockSize));
        BodyParts body = new BodyParts(upload.body(), blockSize)) {
      ByteBuffer first = body.next();
      BlockBlobItem written =
          body.hasNext() ? putInBlocks(first, body, share.tryMore(blockSize)) : putWhole(first);
      return new ObjectInfo(
          size,
          AzureHeaders.unquoted(written.getETag()),
          written.getLastModified().toInstant(),
          upload.headers());
    } finally {
      if (sending != null) {
        sending.cancel(true);
      }
    }
  }

  private BlockBlobItem putWhole(ByteBuffer content) {
    size = content.remaining();
    return answer(
        blob.uploadWithResponse(
                new BlockBlobSimpleUploadOptions(slices(content), size)
                    .setHeaders(AzureHeaders.fields(upload.headers()))
                    .setMetadata(AzureHeaders.metadata(upload.headers()))
                    .setRequestConditions(conditions))
            .toFuture()
            .join());
  }

  private BlockBlobItem putInBlocks(ByteBuffer first, BodyParts rest, boolean twoAtOnce) {
    send(first);
    while (rest.hasNext()) {
      if (!twoAtOnce) {
        awaitBlock();
      }
      send(rest.next());
    }
    awaitBlock();
    return answer(
        blob.commitBlockListWithResponse(
                new BlockBlobCommitBlockListOptions(blocks)
                    .setHeaders(AzureHeaders.fields(upload.headers()))
                    .setMetadata(AzureHeaders.metadata(upload.headers()))
                    .setRequestConditions(conditions))
            .toFuture()
            .join());
  }

  private static BlockBlobItem answer(Response<BlockBlobItem> response) {
    return Objects.requireNonNull(response.getValue(), "Azure said nothing of what it wrote");
  }

  private void send(ByteBuffer content) {
    awaitBlock();
    if (blocks.size() == MOST_BLOCKS) {
      throw new ApiException.PayloadTooLarge((long) MOST_BLOCKS * SMALLEST_BLOCK);
    }
    String name = name(blocks.size());
    blocks.add(name);
    size += content.remaining();
    sending =
        blob.stageBlockWithResponse(name, slices(content), content.remaining(), null, null)
            .toFuture();
  }

  private void awaitBlock() {
    CompletableFuture<Response<Void>> block = sending;
    sending = null;
    if (block != null) {
      var _ = block.join();
    }
  }

  private String name(int number) {
    byte[] name =
        ByteBuffer.allocate(Long.BYTES * 2 + Integer.BYTES)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .putInt(number)
            .array();
    return Base64.getEncoder().encodeToString(name);
  }

  /** In small pieces, since the JDK copies each into memory outside of the heap, and keeps that. */
  private static Flux<ByteBuffer> slices(ByteBuffer content) {
    return Flux.range(0, Math.ceilDiv(content.limit(), SLICE))
        .map(i -> content.slice(i * SLICE, Math.min(SLICE, content.limit() - i * SLICE)));
  }
}
