package dev.mikcar.storage.http;

import dev.mikcar.storage.store.Content;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** The bytes of a file as a stream, for connections that the kernel cannot send it on. */
final class FileChunks {
  private static final int CHUNK = 64 * 1024;

  private FileChunks() {}

  static Multi<ByteBuffer> of(Content.InFile content) {
    long chunks = Math.ceilDiv(content.length(), CHUNK);
    return Multi.createBy()
        .repeating()
        .uni(
            () -> new long[1],
            index ->
                Uni.createFrom()
                    .item(() -> read(content, index[0]++ * CHUNK))
                    .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
        .atMost(Math.max(1, chunks))
        .onTermination()
        .invoke(content::discard);
  }

  private static ByteBuffer read(Content.InFile content, long from) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, content.length() - from));
    try {
      while (chunk.hasRemaining()) {
        if (content.file().read(chunk, content.position() + from + chunk.position()) < 0) {
          throw new EOFException("the file was cut short");
        }
      }
      return chunk.flip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
