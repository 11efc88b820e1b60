package dev.mikcar.email.smtp;

import dev.mikcar.email.mail.MailTransport;
import dev.mikcar.email.mail.MailTransportContract;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class SmtpMailTransportTest extends MailTransportContract {
  private FaultySmtpServer server;
  private SmtpMailTransport transport;

  @BeforeEach
  void start() throws IOException {
    server = new FaultySmtpServer();
    transport = Transports.to("smtp://127.0.0.1:" + server.port() + "?starttls=disabled");
  }

  @AfterEach
  void stop() throws IOException {
    transport.close();
    server.close();
  }

  @Override
  protected MailTransport transport() {
    return transport;
  }

  @Override
  protected int received() {
    return server.accepted().size();
  }
}
