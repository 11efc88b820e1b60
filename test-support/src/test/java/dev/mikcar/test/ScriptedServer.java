package dev.mikcar.test;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Takes one connection: reads so many bytes, answers with what it was told, and ends. */
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final CompletableFuture<String> received = new CompletableFuture<>();
  private final CompletableFuture<Void> finish = new CompletableFuture<>();

  /**
   * @param waits how many empty lines, the ends of heads, are read before the answer
   * @param closes whether the connection is closed after it
   */
  ScriptedServer(int waits, boolean closes, String answer) throws IOException {
    if (closes) {
      finish.complete(null);
    }
    Thread.ofVirtual().start(() -> serve(waits, answer));
  }

  HttpClient client() {
    return HttpClient.tcp("127.0.0.1", listener.getLocalPort());
  }

  /** All that had arrived when the last awaited head ended. */
  String received() {
    return received.join();
  }

  private void serve(int waits, String answer) {
    try (Socket socket = listener.accept()) {
      StringBuilder read = new StringBuilder();
      InputStream in = socket.getInputStream();
      for (int heads = 0; heads < waits; heads++) {
        int from = read.length();
        while (read.indexOf("\r\n\r\n", from) < 0) {
          read.append((char) in.read());
        }
      }
      received.complete(read.toString());
      socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
      finish.join();
    } catch (IOException e) {
      received.completeExceptionally(e);
    }
  }

  @Override
  public void close() throws IOException {
    finish.complete(null);
    listener.close();
  }
}
