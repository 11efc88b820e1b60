package dev.mikcar.storage.store;

import io.smallrye.mutiny.Multi;
import java.nio.ByteBuffer;

/**
 * An object on its way in.
 *
 * @param headers what is kept with it
 * @param length bytes; {@link #UNKNOWN} when nobody said
 * @param condition what must hold for it to be written
 * @param body its bytes, as fast as they are asked for. It fails when the content is not what was
 *     announced, too long, or broken off, always before its last byte is given out
 */
public record Upload(
    ObjectHeaders headers, long length, Condition condition, Multi<ByteBuffer> body) {
  /** The {@link #length} of a body that says no length. */
  public static final long UNKNOWN = -1;

  /** How much of it is in memory, bytes, when it is read in parts of this size, one at a time. */
  public long part(int size) {
    return length == UNKNOWN ? size : Math.min(length, size);
  }
}
