package dev.mikcar.email.smtp;

import dev.mikcar.common.settings.SettingException;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Opens connections to one server, as its URL says. For use by many at once. */
final class SmtpServer {
  private final SmtpUrl url;
  private final Login login;
  private final SSLSocketFactory tls;
  private final Session session;

  /**
   * @throws SettingException when there are no certificates in the file of {@code ca}
   */
  SmtpServer(SmtpUrl url, Login login) {
    this.url = url;
    this.login = login;
    this.tls = tls(url.ca());
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.localhost", url.helo().orElseGet(SmtpServer::localName));
    properties.setProperty(
        "mail.smtp.starttls.enable", Boolean.toString(url.tls() != Tls.DISABLED));
    properties.setProperty(
        "mail.smtp.starttls.required", Boolean.toString(url.tls() == Tls.REQUIRED));
    properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
    properties.put("mail.smtp.ssl.socketFactory", tls);
    properties.setProperty("mail.smtp.quitwait", "false");
    properties.setProperty("mail.smtp.noop.strict", "true");
    properties.setProperty("mail.smtp.sendpartial", "false");
    properties.setProperty("mail.mime.allowutf8", "true");
    login.mechanism().ifPresent(m -> properties.setProperty("mail.smtp.auth.mechanisms", m));
    this.session = Session.getInstance(properties);
  }

  SmtpUrl url() {
    return url;
  }

  Login login() {
    return login;
  }

  /**
   * Connects, greets and logs in; blocks.
   *
   * @param limit for connecting, and for each answer
   * @param opened is given the connection before it says anything, so that it can be cut
   */
  SmtpConnection open(Duration limit, Consumer<SmtpConnection> opened)
      throws IOException, MessagingException {
    Optional<Login.Credentials> credentials = login.current();
    Wire wire = Wire.connect(url.host(), url.port(), limit);
    SmtpConnection connection =
        new SmtpConnection(
            session,
            new URLName(
                "smtp",
                url.host(),
                url.port(),
                null,
                credentials.map(Login.Credentials::user).orElse(null),
                credentials.map(Login.Credentials::secret).orElse(null)),
            wire);
    boolean done = false;
    try {
      opened.accept(connection);
      connection.limit((int) Math.min(limit.toMillis(), Integer.MAX_VALUE));
      connection.open(url.tls() == Tls.IMPLICIT ? encrypted(wire) : wire);
      done = true;
      return connection;
    } catch (MessagingException e) {
      throw new OpeningException(connection, e);
    } finally {
      if (!done) {
        connection.cut();
      }
    }
  }

  /** A connection that could not be opened, with what the server said. */
  static final class OpeningException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient SmtpConnection connection;
    private final MessagingException failure;

    OpeningException(SmtpConnection connection, MessagingException cause) {
      super(cause);
      this.connection = connection;
      this.failure = cause;
    }

    /** What the library says of it. */
    MessagingException failure() {
      return failure;
    }

    SmtpConnection connection() {
      return connection;
    }
  }

  private Socket encrypted(Wire wire) throws IOException {
    SSLSocket socket = (SSLSocket) tls.createSocket(wire, url.host(), url.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    // The rules for names are the same, RFC 7817 section 3.
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static String localName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      // RFC 5321 section 4.1.3: an address where there is no name of a domain.
      return name.matches("[A-Za-z0-9.-]+") ? name : "[127.0.0.1]";
    } catch (UnknownHostException e) {
      return "[127.0.0.1]";
    }
  }

  private static SSLSocketFactory tls(Optional<Path> ca) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      if (ca.isEmpty()) {
        context.init(null, null, null);
        return context.getSocketFactory();
      }
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      try (InputStream pem = Files.newInputStream(ca.get())) {
        for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
          trusted.setCertificateEntry("ca" + number++, one);
        }
      }
      if (number == 0) {
        throw noCertificates(ca.get());
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      context.init(null, trust.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw noCertificates(ca.orElseThrow());
    }
  }

  private static SettingException noCertificates(Path ca) {
    return new SettingException(
        "EMAIL_URL",
        "there are no certificates in the file of ca, '" + ca + "'",
        "a file of certificates in PEM");
  }
}
