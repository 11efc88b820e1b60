package dev.mikcar.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A line to a server on which what is sent may be lost without a word, as behind a firewall that
 * has forgotten a connection: it is acknowledged, and never answered.
 */
public final class SwallowingLine implements AutoCloseable {
  private final int target;
  private final ServerSocket socket;
  private final Set<Pair> open = ConcurrentHashMap.newKeySet();
  private volatile String bait = "";

  /**
   * @param target the port of the server
   */
  public SwallowingLine(int target) {
    this.target = target;
    try {
      this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return socket.getLocalPort();
  }

  /** From now on, nothing gets through on the connections that there are. */
  public void swallow() {
    open.forEach(pair -> pair.swallowing = true);
  }

  /** Connections swallow from the piece on that the client sends with this text in it. */
  public void swallowFrom(String text) {
    bait = text;
  }

  /** How many connections that swallow the client has not given up. */
  public long swallowing() {
    return open.stream().filter(pair -> pair.swallowing).count();
  }

  private void accept() {
    try {
      while (true) {
        Pair pair = new Pair(socket.accept(), new Socket(InetAddress.getLoopbackAddress(), target));
        open.add(pair);
        Thread.ofVirtual().start(() -> pair.copy(pair.client, pair.server, true));
        Thread.ofVirtual().start(() -> pair.copy(pair.server, pair.client, false));
      }
    } catch (IOException e) {
      // Closed, and with it the end of this line.
    }
  }

  /** A connection. */
  private final class Pair {
    private final Socket client;
    private final Socket server;
    private volatile boolean swallowing;

    Pair(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void copy(Socket from, Socket to, boolean fromClient) {
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] bytes = new byte[64 * 1024];
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
          String text = bait;
          if (fromClient
              && !text.isEmpty()
              && new String(bytes, 0, count, StandardCharsets.ISO_8859_1).contains(text)) {
            swallowing = true;
          }
          if (!swallowing) {
            out.write(bytes, 0, count);
          }
        }
      } catch (IOException e) {
        // Reset: as good as closed.
      } finally {
        end();
      }
    }

    void end() {
      try {
        client.close();
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      open.remove(this);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(Pair::end);
  }
}
