package dev.mikcar.test;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * Bytes to and from one peer, over TCP or a unix socket. A selector gives both the same timeouts,
 * and lets a write take in what the peer answers meanwhile, so neither side blocks the other.
 */
final class Wire implements AutoCloseable {
  private static final int STEP_BYTES = 64 * 1024;
  private static final int LONGEST_LINE = 1024 * 1024;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final Duration timeout;

  /** What has arrived and was not read is between start and end. */
  private byte[] arrived = new byte[STEP_BYTES];

  private int start;
  private int end;
  private boolean ended;

  private Wire(SocketChannel channel, Selector selector, Duration timeout) throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.timeout = timeout;
    channel.configureBlocking(false);
    this.key = channel.register(selector, 0);
  }

  @SuppressWarnings("MustBeClosed") // The wire owns both and closes them.
  static Wire open(SocketAddress peer, Duration timeout) throws IOException {
    SocketChannel channel = SocketChannel.open(peer);
    try {
      if (peer instanceof InetSocketAddress) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      return new Wire(channel, Selector.open(), timeout);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    while (out.position() < bytes.length) {
      out.limit(Math.min(out.position() + STEP_BYTES, bytes.length));
      if (channel.write(out) == 0) {
        int wanted = SelectionKey.OP_WRITE | (ended ? 0 : SelectionKey.OP_READ);
        int ready = await(wanted, timeout);
        if (ready == 0) {
          throw new SocketTimeoutException(
              "the peer took no byte for " + timeout + ", " + out.position() + " were sent");
        }
        if ((ready & SelectionKey.OP_READ) != 0) {
          take();
        }
      }
    }
  }

  /** The next line without its CRLF; it must have one. */
  String readLine() throws IOException {
    int length = 0;
    while (true) {
      for (; start + length + 1 < end; length++) {
        if (arrived[start + length] == '\r' && arrived[start + length + 1] == '\n') {
          String line = new String(arrived, start, length, StandardCharsets.ISO_8859_1);
          start += length + 2;
          return line;
        }
      }
      if (length > LONGEST_LINE) {
        throw new ProtocolException("a line of more than " + LONGEST_LINE + " bytes");
      }
      if (!receive()) {
        throw new EOFException(
            start == end
                ? "the peer closed the connection where a line was due"
                : "the peer closed the connection within a line: "
                    + new String(arrived, start, end - start, StandardCharsets.ISO_8859_1));
      }
    }
  }

  byte[] read(int count) throws IOException {
    while (end - start < count) {
      if (!receive()) {
        throw new EOFException(
            "the peer closed the connection after " + (end - start) + " of " + count + " bytes");
      }
    }
    start += count;
    return Arrays.copyOfRange(arrived, start - count, start);
  }

  byte[] readToEnd() throws IOException {
    while (receive()) {
      // All of it is wanted.
    }
    return read(end - start);
  }

  /** Keeps what arrives meanwhile for the reads to come. */
  boolean endsWithin(Duration limit) throws IOException {
    long started = System.nanoTime();
    while (!ended) {
      Duration left = limit.minusNanos(System.nanoTime() - started);
      if (await(SelectionKey.OP_READ, left) == 0) {
        return false;
      }
      take();
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      selector.close();
    }
  }

  /** Waits for at least a byte; false once the peer has ended. */
  private boolean receive() throws IOException {
    if (!ended) {
      if (await(SelectionKey.OP_READ, timeout) == 0) {
        throw new SocketTimeoutException(
            "nothing arrived for " + timeout + ", after " + (end - start) + " bytes unread");
      }
      take();
    }
    return !ended;
  }

  private void take() throws IOException {
    if (end == arrived.length) {
      int unread = end - start;
      byte[] room =
          unread > arrived.length / 2
              ? new byte[Math.max(arrived.length, Math.multiplyExact(unread, 2))]
              : arrived;
      System.arraycopy(arrived, start, room, 0, unread);
      arrived = room;
      start = 0;
      end = unread;
    }
    int count =
        channel.read(ByteBuffer.wrap(arrived, end, Math.min(arrived.length - end, STEP_BYTES)));
    ended = count < 0;
    end += Math.max(count, 0);
  }

  /** The operations that are ready; 0 after the limit. */
  private int await(int operations, Duration limit) throws IOException {
    key.interestOps(operations);
    selector.selectedKeys().clear();
    if (limit.isPositive()) {
      selector.select(Math.max(1, limit.toMillis()));
    } else {
      selector.selectNow();
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while waiting for the peer");
    }
    return selector.selectedKeys().isEmpty() ? 0 : key.readyOps();
  }
}
