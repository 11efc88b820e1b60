package dev.mikcar.email.smtp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * An SMTP server that answers what a test tells it to: each of its steps ({@code GREETING}, the
 * words of commands, {@code .} for the end of a message) can be given another answer, or none.
 */
public final class FaultySmtpServer implements AutoCloseable {
  /** As an answer: the connection is closed instead. */
  public static final String CLOSE = "close";

  /** As an answer: nothing comes. */
  public static final String HANG = "hang";

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final List<String> accepted = new CopyOnWriteArrayList<>();
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private volatile UnaryOperator<String> fault = step -> "";

  public FaultySmtpServer() throws IOException {
    Thread.ofVirtual().start(this::accept);
  }

  /**
   * @param answers gives the answer to a command; empty: the usual one
   */
  public void answer(UnaryOperator<String> answers) {
    this.fault = answers;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** The messages that were accepted, as they came, dots doubled. */
  public List<String> accepted() {
    return accepted;
  }

  /** All commands of all connections. */
  public List<String> commands() {
    return commands;
  }

  public int connections() {
    return open.size();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      OutputStream out = socket.getOutputStream();
      if (!say(out, "GREETING", "220 here")) {
        return;
      }
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        commands.add(line);
        String word = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        String usual =
            switch (word) {
              case "EHLO" -> "250-here\r\n250 SIZE 1000000";
              case "DATA" -> "354 go on";
              case "QUIT" -> "221 bye";
              default -> "250 fine";
            };
        if (!say(out, line, usual)) {
          return;
        }
        if (word.equals("DATA") && fault.apply(line).isEmpty() && !message(in, out)) {
          return;
        }
      }
    } catch (IOException e) {
      // The test has seen enough.
    }
  }

  private boolean message(BufferedReader in, OutputStream out) throws IOException {
    StringBuilder message = new StringBuilder();
    for (String line = in.readLine(); !".".equals(line); line = in.readLine()) {
      if (line == null) {
        return false;
      }
      message.append(line).append("\r\n");
      if (fault.apply("LINE").equals(CLOSE)) {
        return false;
      }
    }
    String told = fault.apply(".");
    if (told.isEmpty() || told.startsWith("2") || told.equals(CLOSE)) {
      accepted.add(message.toString());
    }
    return say(out, ".", "250 taken");
  }

  /** Whether to go on. */
  private boolean say(OutputStream out, String step, String usual) throws IOException {
    String told = fault.apply(step);
    if (told.equals(CLOSE)) {
      return false;
    }
    if (!told.equals(HANG)) {
      out.write(((told.isEmpty() ? usual : told) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
