package dev.mikcar.storage.store;

import io.smallrye.mutiny.Multi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The bytes of an answer. Whoever is given one reads it or discards it. */
public sealed interface Content {
  /** Lets go of it without reading it. */
  void discard();

  /**
   * Bytes of an open file, so that the kernel can send them; the reader closes it.
   *
   * @param position where they begin
   * @param length how many
   */
  record InFile(FileChannel file, long position, long length) implements Content {
    @Override
    public void discard() {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Bytes on their way, as fast as they are asked for. A failure in the middle means that the rest
   * will not come.
   */
  record Streamed(Multi<ByteBuffer> bytes) implements Content {
    @Override
    public void discard() {
      bytes.subscribe().with(ignored -> {}).cancel();
    }
  }
}
