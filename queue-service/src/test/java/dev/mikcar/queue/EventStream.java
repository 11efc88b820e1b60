package dev.mikcar.queue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A reader of Server-Sent Events, as the WHATWG describes them; for streams in chunks. */
final class EventStream implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SILENCE_MILLIS = 30_000;

  private final Socket socket;
  private final BufferedReader lines;

  /** An event with data. */
  record Event(String id, JsonNode data) {}

  private EventStream(Socket socket) throws IOException {
    this.socket = socket;
    this.lines =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  static EventStream open(int port, String path) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(SILENCE_MILLIS);
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return new EventStream(socket);
  }

  /** The first comment says that the group is there. */
  void awaitSubscribed() throws IOException {
    String line = line();
    if (!line.contains(" 200 ")) {
      throw new IOException("answered by " + line);
    }
    while (!line.startsWith(":")) {
      line = line();
    }
  }

  Event next() throws IOException {
    String id = "";
    StringBuilder data = new StringBuilder();
    while (true) {
      String line = line();
      if (line.startsWith("id:")) {
        id = line.substring(3).strip();
      } else if (line.startsWith("data:")) {
        data.append(line.substring(5)).append('\n');
      } else if (line.isEmpty() && !data.isEmpty()) {
        return new Event(id, JSON.readTree(data.toString()));
      }
    }
  }

  /** Sizes of chunks are lines too, and mean nothing here. */
  private String line() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new EOFException("the stream has ended");
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
