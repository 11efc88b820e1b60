package dev.mikcar.email;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.service.Opener;
import dev.mikcar.common.service.Schemes;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.email.idempotency.Ledger;
import dev.mikcar.email.mail.MailAddress;
import dev.mikcar.email.mail.MailTransport;
import dev.mikcar.email.memory.MemoryMailTransport;
import dev.mikcar.email.smtp.SmtpMailTransport;
import dev.mikcar.email.smtp.SmtpUrl;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** What sends the mail of this process, and what ways of sending there are. */
@Singleton
public class EmailBackend extends ServiceBackend<Mailer> {
  private static final String MEMORY = "memory";
  private static final String FROM = "?from=";

  /** The part of the heap that messages which are kept may take. */
  private static final int SHARE = 16;

  EmailBackend(Settings settings, Config config) {
    super(settings, config);
  }

  @Override
  protected Schemes<Mailer> schemes() {
    EmailSettings email = EmailSettings.read(this::setting);
    return Schemes.<Mailer>of("EMAIL_URL")
        .with("smtp", "smtp://user:password@host:port", url -> smtp(url, email))
        .with("smtps", "smtps://user:password@host:port", url -> smtp(url, email))
        .with(MEMORY, "memory://", url -> memory(email, sender(url, fromOf(url))))
        .otherwise(MEMORY, memory(email, Optional.empty()));
  }

  private Opener<Mailer> smtp(BackendUrl url, EmailSettings email) {
    SmtpUrl smtp = SmtpUrl.of(url);
    Optional<MailAddress> from = sender(url, smtp.from());
    // Here, since it says what is wrong with the URL; it connects when it is used.
    SmtpMailTransport transport = SmtpMailTransport.to(url, smtp, email.tokens(), email.dkim());
    return () -> mailer(transport, email, from);
  }

  private Opener<Mailer> memory(EmailSettings email, Optional<MailAddress> from) {
    long most = Runtime.getRuntime().maxMemory() / SHARE;
    return () -> mailer(new MemoryMailTransport(most), email, from);
  }

  private Mailer mailer(MailTransport transport, EmailSettings email, Optional<MailAddress> from) {
    Ledger ledger = new Ledger(data("email"), InstantSource.system());
    return new Mailer(transport, email.limits(), from, email.suppressed(), ledger);
  }

  /** The one option of {@code memory://}. */
  private static Optional<String> fromOf(BackendUrl url) {
    if (!url.rest().startsWith(FROM)) {
      url.requireNothingMore();
      return Optional.empty();
    }
    try {
      return Optional.of(
          PercentEncoding.decode("option 'from'", url.rest().substring(FROM.length())));
    } catch (ApiException.BadRequest e) {
      throw url.unusable(e.getMessage());
    }
  }

  private static Optional<MailAddress> sender(BackendUrl url, Optional<String> from) {
    try {
      return from.map(text -> MailAddress.parse("from", text));
    } catch (ApiException.BadRequest e) {
      throw url.unusable("option 'from' is no address");
    }
  }
}
