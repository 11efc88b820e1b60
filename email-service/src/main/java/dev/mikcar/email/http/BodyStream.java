package dev.mikcar.email.http;

import io.vertx.core.buffer.Buffer;
import java.io.InputStream;

/** The bytes of a body, read where they are: a copy of a large one costs as much memory again. */
final class BodyStream extends InputStream {
  private final Buffer body;
  private int at;

  BodyStream(Buffer body) {
    this.body = body;
  }

  @Override
  public int read() {
    return at < body.length() ? body.getByte(at++) & 0xFF : -1;
  }

  @Override
  public int read(byte[] bytes, int from, int length) {
    int count = Math.min(length, body.length() - at);
    if (count <= 0) {
      return length == 0 ? 0 : -1;
    }
    body.getBytes(at, at + count, bytes, from);
    at += count;
    return count;
  }
}
