package dev.mikcar.storage.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A body on its way into memory, in blocks of one size, however small the chunks are that it comes
 * in. What it takes is asked for before it is taken.
 */
final class Blocks {
  private static final int BLOCK = 64 << 10;

  private final LongConsumer reserve;
  private final List<ByteBuffer> full = new ArrayList<>();
  private byte[] last = new byte[0];
  private int used;
  private long size;
  private long reserved;

  /**
   * @param reserve takes so many bytes, or throws; a negative number gives them back
   */
  Blocks(LongConsumer reserve) {
    this.reserve = reserve;
  }

  /** Copies what is left of the chunk. */
  void add(ByteBuffer chunk) {
    while (chunk.hasRemaining()) {
      if (used == last.length) {
        makeRoom(chunk.remaining());
      }
      int count = Math.min(chunk.remaining(), last.length - used);
      chunk.get(last, used, count);
      used += count;
      size += count;
    }
  }

  /** The last block grows up to its size, since most objects are small. */
  private void makeRoom(int wanted) {
    if (used == BLOCK) {
      full.add(ByteBuffer.wrap(last).asReadOnlyBuffer());
      last = new byte[0];
      used = 0;
    }
    int length = Math.min(BLOCK, Math.max(2 * used, used + wanted));
    take(length - used);
    last = Arrays.copyOf(last, length);
  }

  private void take(long bytes) {
    reserve.accept(bytes);
    reserved += bytes;
  }

  /** The content; nothing can be added any more. */
  List<ByteBuffer> finish() {
    if (used < last.length) {
      take(used - last.length);
      last = Arrays.copyOf(last, used);
    }
    if (used > 0) {
      full.add(ByteBuffer.wrap(last).asReadOnlyBuffer());
    }
    return List.copyOf(full);
  }

  /** Bytes that were added. */
  long size() {
    return size;
  }

  /** Gives back what was taken: the content is not kept. */
  void discard() {
    take(-reserved);
  }
}
