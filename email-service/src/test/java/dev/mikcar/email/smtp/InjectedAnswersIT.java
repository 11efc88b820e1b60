package dev.mikcar.email.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.email.Certificates;
import dev.mikcar.email.Mails;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever stands between can add answers in the open before TLS begins (CVE-2011-0411 and its kin):
 * they must not be taken for answers that came over TLS.
 */
class InjectedAnswersIT {
  @TempDir private Path folder;
  private final List<String> open = new CopyOnWriteArrayList<>();
  private final List<String> encrypted = new CopyOnWriteArrayList<>();
  private final List<String> accepted = new CopyOnWriteArrayList<>();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n",
        "220 go\r\n250 injected\r\n250 injected\r\n250 injected\r\n354 injected\r\n250 injected\r\n",
        "220 go\r\n535 injected\r\n550 injected\r\n"
      })
  void answersFromBeforeTlsAreNotTaken(String toStartTls) throws Exception {
    // Given
    Certificates certificates = Certificates.in(folder);
    SSLContext tls = context(certificates.store(certificates.of("good", "DNS:localhost")));
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        SmtpMailTransport transport =
            Transports.to(
                "smtp://ann:secret@localhost:"
                    + listener.getLocalPort()
                    + "?ca="
                    + certificates.ca())) {
      Thread.ofVirtual().start(() -> accept(listener, tls, toStartTls));

      // When
      String answer = "sent";
      try {
        Transports.send(transport, Mails.to("bob@example.org"), Duration.ofSeconds(5));
      } catch (ApiException e) {
        answer = e.code() + " " + e.getMessage();
      }

      // Then: sent over TLS to the server itself, or not at all
      assertThat(answer).doesNotContain("injected");
      assertThat(accepted).hasSize(answer.equals("sent") ? 1 : 0);
      assertThat(open).allMatch(c -> c.startsWith("EHLO") || c.equals("STARTTLS"));
    }
  }

  @Test
  void startTlsThatIsRefusedIsNotGoneOnWithout() throws Exception {
    // Given
    Certificates certificates = Certificates.in(folder);
    SSLContext tls = context(certificates.store(certificates.of("good", "DNS:localhost")));
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        SmtpMailTransport transport =
            Transports.to(
                "smtp://ann:secret@localhost:"
                    + listener.getLocalPort()
                    + "?ca="
                    + certificates.ca())) {
      Thread.ofVirtual().start(() -> accept(listener, tls, "454 not now\r\n"));

      // When
      String answer = "sent";
      try {
        Transports.send(transport, Mails.to("bob@example.org"), Duration.ofSeconds(3));
      } catch (ApiException e) {
        answer = e.code();
      }

      // Then
      assertThat(answer).isEqualTo("BACKEND_UNAVAILABLE");
      assertThat(open)
          .allMatch(c -> c.startsWith("EHLO") || c.equals("STARTTLS") || c.equals("QUIT"));
      assertThat(accepted).isEmpty();
    }
  }

  private void accept(ServerSocket listener, SSLContext tls, String toStartTls) {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket, tls, toStartTls));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket, SSLContext tls, String toStartTls) {
    try (socket) {
      say(socket, "220 here\r\n");
      List<String> said = new ArrayList<>();
      if (!converse(socket, socket.getInputStream(), open, said, toStartTls)) {
        return;
      }
      SSLSocket secure =
          (SSLSocket)
              tls.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
      secure.setUseClientMode(false);
      secure.startHandshake();
      converse(secure, secure.getInputStream(), encrypted, said, toStartTls);
    } catch (IOException e) {
      // The client has seen enough.
    }
  }

  /** Until STARTTLS was answered with 220, byte by byte: nothing of TLS is read. */
  private boolean converse(
      Socket socket, InputStream in, List<String> commands, List<String> said, String toStartTls)
      throws IOException {
    boolean secure = socket instanceof SSLSocket;
    for (String line = line(in); line != null; line = line(in)) {
      commands.add(line);
      switch (line.split(" ", 2)[0].toUpperCase(Locale.ROOT)) {
        case "EHLO" ->
            say(socket, secure ? "250-here\r\n250 AUTH PLAIN\r\n" : "250-here\r\n250 STARTTLS\r\n");
        case "STARTTLS" -> {
          say(socket, toStartTls);
          if (toStartTls.startsWith("220")) {
            return true;
          }
        }
        case "AUTH" -> say(socket, "235 welcome\r\n");
        case "DATA" -> {
          say(socket, "354 go on\r\n");
          StringBuilder message = new StringBuilder();
          for (String m = line(in); m != null && !m.equals("."); m = line(in)) {
            message.append(m).append('\n');
          }
          accepted.add(message.toString());
          say(socket, "250 taken\r\n");
        }
        default -> say(socket, "250 fine\r\n");
      }
    }
    return false;
  }

  private static @Nullable String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        return line.toString().replaceAll("\r$", "");
      }
      line.append((char) c);
    }
    return null;
  }

  private static void say(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }
}
