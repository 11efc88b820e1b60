package dev.mikcar.storage.store;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.stream.Stream;

/**
 * A body in parts of the same size, for stores that take large objects so. Blocks, so it is for a
 * virtual thread; holds the part it was asked for and a few chunks, whatever the body's size. To be
 * closed, which ends the body.
 */
public final class BodyParts implements AutoCloseable {
  private static final int SMALLEST_BUFFER = 64 * 1024;
  private static final int WINDOW = 16;

  private final int partSize;
  private final Stream<ByteBuffer> chunks;
  private final Iterator<ByteBuffer> body;
  private ByteBuffer chunk = ByteBuffer.allocate(0);
  private boolean first = true;

  /**
   * Begins to read.
   *
   * @param partSize bytes of every part but the last, which may be smaller
   */
  public BodyParts(Multi<ByteBuffer> body, int partSize) {
    this.partSize = partSize;
    this.chunks = body.subscribe().asStream(WINDOW, () -> new ArrayBlockingQueue<>(WINDOW));
    this.body = chunks.iterator();
  }

  /**
   * Whether there is a part that was not given yet; there is always a first one. Waits for it.
   *
   * @throws RuntimeException what the body failed with
   */
  public boolean hasNext() {
    while (!chunk.hasRemaining() && body.hasNext()) {
      chunk = body.next();
    }
    return first || chunk.hasRemaining();
  }

  /**
   * The next part, in a buffer of its own. Only the first may be empty: that of an empty body.
   *
   * @throws RuntimeException what the body failed with
   */
  public ByteBuffer next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the body has ended");
    }
    first = false;
    ByteBuffer part = ByteBuffer.allocate(Math.min(SMALLEST_BUFFER, partSize));
    while (part.position() < partSize && hasNext()) {
      int count = Math.min(chunk.remaining(), partSize - part.position());
      part = roomFor(count, part);
      part.put(chunk.slice(chunk.position(), count));
      chunk.position(chunk.position() + count);
    }
    return part.flip();
  }

  /** Grows, since most objects are small. */
  private ByteBuffer roomFor(int count, ByteBuffer part) {
    if (part.remaining() >= count) {
      return part;
    }
    int room = Math.min(partSize, Math.max(part.capacity() * 2, part.position() + count));
    return ByteBuffer.allocate(room).put(part.flip());
  }

  @Override
  public void close() {
    chunks.close();
  }
}
