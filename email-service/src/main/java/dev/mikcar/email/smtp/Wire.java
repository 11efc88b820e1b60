package dev.mikcar.email.smtp;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection to a server that is not trusted: it cannot fill our memory with an answer that
 * does not end, and it is known by the name that the operator gave it, whatever DNS says of its
 * address.
 */
final class Wire extends Socket {
  /** More than a TLS handshake, and far more than an answer of SMTP, takes. */
  private static final int LONGEST_ANSWER = 256 << 10;

  private final String host;
  private long unanswered;

  private Wire(String host) {
    this.host = host;
  }

  /** Connects to the first of the host's addresses that answers. */
  static Wire connect(String host, int port, Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    IOException failure = new UnknownHostException(host);
    for (InetAddress address : InetAddress.getAllByName(host)) {
      long left = Math.max(1, Duration.ofNanos(end - System.nanoTime()).toMillis());
      Wire wire = new Wire(host);
      try {
        wire.connect(new InetSocketAddress(address, port), (int) Math.min(left, 60_000));
        wire.setTcpNoDelay(true);
        wire.setKeepAlive(true);
        return wire;
      } catch (IOException e) {
        wire.close();
        failure = e;
      }
    }
    throw failure;
  }

  /** With the name that was asked for, which certificates are compared with. */
  @Override
  public @Nullable InetAddress getInetAddress() {
    InetAddress address = super.getInetAddress();
    try {
      return address == null ? null : InetAddress.getByAddress(host, address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of a connection has its length", e);
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(super.getInputStream()) {
      @Override
      public int read() throws IOException {
        return counted(super.read(), 1);
      }

      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        int read = super.read(bytes, from, length);
        return counted(read, read);
      }
    };
  }

  private int counted(int result, int bytes) throws IOException {
    unanswered += Math.max(bytes, 0);
    if (unanswered > LONGEST_ANSWER) {
      throw new IOException("the server's answer does not end");
    }
    return result;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return new FilterOutputStream(super.getOutputStream()) {
      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        unanswered = 0;
        out.write(bytes, from, length);
      }
    };
  }
}
