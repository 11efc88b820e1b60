package dev.mikcar.email.smtp;

import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.email.mail.Delivery;
import dev.mikcar.email.mail.Mail;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Transports of the tests. */
final class Transports {
  private Transports() {}

  static SmtpUrl url(String url) {
    return SmtpUrl.of(BackendUrl.of("EMAIL_URL", "a URL", url, "://"));
  }

  static SmtpMailTransport to(String url) {
    return new SmtpMailTransport(url(url), Optional.empty());
  }

  static void send(SmtpMailTransport transport, Mail mail, Duration limit) {
    transport
        .send(mail, new Delivery(Instant.now().plus(limit), () -> {}))
        .await()
        .atMost(limit.plusSeconds(10));
  }
}
