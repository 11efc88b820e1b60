package dev.mikcar.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A line to a server that can be bad in many ways; each change drops what is connected. */
public final class FaultyLine implements AutoCloseable {
  private final int target;
  private final ServerSocket socket;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Fault fault = new Pass();

  private sealed interface Fault {}

  private record Pass() implements Fault {}

  private record Refuse() implements Fault {}

  private record Hang() implements Fault {}

  private record CutAfter(long bytes) implements Fault {}

  private record Drip(int bytes, Duration pause) implements Fault {}

  private record Answer(String text) implements Fault {}

  public FaultyLine(int target) throws IOException {
    this.target = target;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** How many connections were made. */
  public int connections() {
    return connections.get();
  }

  public void pass() {
    change(new Pass());
  }

  /** Connections are closed as soon as they are there. */
  public void refuse() {
    change(new Refuse());
  }

  /** Nothing is answered. */
  public void hang() {
    change(new Hang());
  }

  /** Connections are closed after so many bytes of answers. */
  public void cutAfter(long bytes) {
    change(new CutAfter(bytes));
  }

  /** Answers come a few bytes at a time, with a pause after each. */
  public void drip(int bytes, Duration pause) {
    change(new Drip(bytes, pause));
  }

  /** Every connection gets this. */
  public void answer(String text) {
    change(new Answer(text));
  }

  private void change(Fault to) {
    fault = to;
    open.forEach(FaultyLine::closeQuietly);
  }

  private void accept() {
    try {
      while (true) {
        Socket caller = socket.accept();
        connections.incrementAndGet();
        open.add(caller);
        Thread.ofVirtual().start(() -> serve(caller));
      }
    } catch (IOException e) {
      // Closed, and with it the end of this line.
    }
  }

  private void serve(Socket caller) {
    try (caller) {
      switch (fault) {
        case Pass() -> forward(caller, Long.MAX_VALUE, 64 * 1024, Duration.ZERO);
        case CutAfter(long bytes) -> forward(caller, bytes, 64 * 1024, Duration.ZERO);
        case Drip(int bytes, Duration pause) -> forward(caller, Long.MAX_VALUE, bytes, pause);
        case Refuse() -> caller.setSoLinger(true, 0);
        case Hang() -> caller.getInputStream().transferTo(OutputStream.nullOutputStream());
        case Answer(String text) -> {
          var _ = caller.getInputStream().read(new byte[64 * 1024]);
          caller.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
          caller.shutdownOutput();
          caller.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
      }
    } catch (IOException e) {
      // That is what this line is for.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(caller);
    }
  }

  private void forward(Socket caller, long most, int atOnce, Duration pause)
      throws IOException, InterruptedException {
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      open.add(server);
      Thread.ofVirtual().start(() -> copy(caller, server));
      InputStream answers = server.getInputStream();
      byte[] bytes = new byte[atOnce];
      long left = most;
      for (int count = 0; count >= 0 && left > 0; count = answers.read(bytes)) {
        int part = (int) Math.min(left, count);
        caller.getOutputStream().write(bytes, 0, part);
        left -= part;
        Thread.sleep(pause);
      }
      open.remove(server);
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // One of them is closed.
    }
  }

  private static void closeQuietly(Socket one) {
    try {
      one.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    open.forEach(FaultyLine::closeQuietly);
  }
}
