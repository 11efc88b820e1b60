package dev.mikcar.email.smtp;

import dev.mikcar.email.mail.Delivery;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailAddress;
import dev.mikcar.email.mime.MessageBytes;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Locale;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the server, logged in. For one thread at a time, except {@link #cut}. Knows
 * what its user has to: whether the server may have accepted the message it was given last.
 */
final class SmtpConnection extends SMTPTransport {
  private static final Logger LOG = Logger.getLogger(SmtpConnection.class);
  private static final String CRAM = "CRAM-MD5";

  private final Wire wire;
  private final boolean wantsLogin;
  private boolean international;
  private Runnable beforeTheEnd = () -> {};
  private boolean atTheEnd;
  private String command = "";
  private @Nullable Reply refusal;
  private int answerAtTheEnd;
  private int messages;
  private long idleSince = System.nanoTime();

  /**
   * @param session with the properties of {@link SmtpServer}
   * @param url with user and password
   */
  SmtpConnection(Session session, URLName url, Wire wire) {
    super(session, url);
    this.wire = wire;
    this.wantsLogin = url.getUsername() != null;
  }

  /** Greets and logs in over a socket: the wire, or TLS upon it. */
  void open(Socket socket) throws MessagingException {
    connect(socket);
    if (wantsLogin && !supportsExtension("AUTH")) {
      cut();
      throw new NoLoginException();
    }
  }

  /** The server does not let anybody log in here. */
  static final class NoLoginException extends MessagingException {
    private static final long serialVersionUID = 1L;

    NoLoginException() {
      super("the server offers no login on this connection");
    }
  }

  /** A challenge is answered rather than a password sent where others can read it. */
  @Override
  protected boolean ehlo(String domain) throws MessagingException {
    boolean known = super.ehlo(domain);
    String mechanisms = String.valueOf(getExtensionParameter("AUTH")).toUpperCase(Locale.ROOT);
    boolean challenge =
        !isSSL()
            && mechanisms.contains(CRAM)
            && session.getProperty("mail.smtp.auth.mechanisms") == null;
    setSASLEnabled(challenge);
    if (challenge) {
      setSASLMechanisms(new String[] {CRAM});
    }
    return known;
  }

  /** SMTPUTF8 is asked for by messages that need it, not by all. */
  @Override
  public boolean supportsExtension(String extension) {
    return super.supportsExtension(extension) && (international || !extension.equals("SMTPUTF8"));
  }

  /** Whether the server takes addresses outside of ASCII, RFC 6531. */
  boolean takesInternational() {
    return super.supportsExtension("SMTPUTF8");
  }

  /** The largest message that the server says it takes; 0 when it does not say. RFC 1870. */
  long largest() {
    String size = getExtensionParameter("SIZE");
    return size != null && size.matches("\\d{1,18}") ? Long.parseLong(size) : 0;
  }

  /**
   * Hands a message over, to all or to nobody. The connection can be used again when this returns,
   * and when it fails with an answer of the server's.
   */
  void send(Mail mail, MessageBytes bytes, Delivery delivery) throws MessagingException {
    international = mail.isInternational();
    beforeTheEnd = delivery.beforeTheEnd();
    atTheEnd = false;
    refusal = null;
    answerAtTheEnd = 0;
    messages++;
    SMTPMessage message = new Ready(session, bytes);
    message.setEnvelopeFrom(mail.from().address());
    if (supportsExtension("SIZE")) {
      message.setMailExtension("SIZE=" + bytes.size());
    }
    sendMessage(
        message, mail.recipients().stream().map(SmtpConnection::envelope).toArray(Address[]::new));
  }

  private static InternetAddress envelope(MailAddress address) {
    InternetAddress envelope = new InternetAddress();
    envelope.setAddress(address.address());
    return envelope;
  }

  @Override
  protected void finishData() throws IOException, MessagingException {
    beforeTheEnd.run();
    atTheEnd = true;
    super.finishData();
  }

  @Override
  protected void sendCommand(String text) throws MessagingException {
    command = text;
    super.sendCommand(text);
  }

  /**
   * The library asks for a RSET after a refusal, and tells of that alone when it fails: a server
   * may refuse and hang up at once. So what was refused is kept here.
   */
  @Override
  protected int readServerResponse() throws MessagingException {
    int code = super.readServerResponse();
    if (atTheEnd && answerAtTheEnd == 0) {
      answerAtTheEnd = code;
    }
    if (code >= 400
        && code < 600
        && !command.equals("RSET")
        && (refusal == null || (refusal.code() < 500 && code >= 500))) {
      refusal = new Reply(code, getLastServerResponse(), command);
    }
    return code;
  }

  /** What became of the last message when {@link #send} failed. */
  Ending ending() {
    if (atTheEnd && answerAtTheEnd >= 200 && answerAtTheEnd < 300) {
      return Ending.ACCEPTED;
    }
    if (atTheEnd && (answerAtTheEnd < 400 || answerAtTheEnd >= 600)) {
      return Ending.UNKNOWN;
    }
    return refusal == null ? Ending.LOST : Ending.REFUSED;
  }

  /** How a message can end. */
  enum Ending {
    /** The server has it. */
    ACCEPTED,
    /** The server does not want it, see {@link #refusal}. */
    REFUSED,
    /** The connection broke before the server could have accepted it. */
    LOST,
    /** The connection broke when the server may have accepted it. */
    UNKNOWN
  }

  /** What the server refused, in opening or in sending; null when it has refused nothing. */
  @Nullable Reply refusal() {
    return refusal;
  }

  int messages() {
    return messages;
  }

  /** How long nobody has used it, nanoseconds. */
  long idle() {
    return System.nanoTime() - idleSince;
  }

  void rest() {
    idleSince = System.nanoTime();
  }

  /** How long one answer may take from now on. */
  void limit(int millis) throws IOException {
    wire.setSoTimeout(Math.max(millis, 1));
  }

  /** Ends it without a word; whatever waits for it fails. */
  void cut() {
    try {
      wire.close();
    } catch (IOException e) {
      LOG.debug("A connection did not close", e);
    }
  }

  /** Says goodbye, without waiting for the answer. */
  void quit() {
    try {
      limit(1);
      close();
    } catch (MessagingException | IOException e) {
      LOG.debug("A connection ended without its farewell", e);
    } finally {
      cut();
    }
  }

  /** A message whose bytes are there. */
  private static final class Ready extends SMTPMessage {
    private final MessageBytes bytes;

    Ready(Session session, MessageBytes bytes) {
      super(session);
      this.bytes = bytes;
    }

    @Override
    public void writeTo(OutputStream out, String[] ignored) throws IOException {
      bytes.writeTo(out);
    }
  }
}
