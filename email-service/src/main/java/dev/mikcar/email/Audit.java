package dev.mikcar.email;

import dev.mikcar.common.http.TraceId;
import dev.mikcar.email.mail.Caller;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.Outcome;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * A line of the log for each message: its id, how many people and files, how long it took and how
 * it ended. Never an address, a subject or a text.
 */
final class Audit {
  private static final Logger LOG = Logger.getLogger("dev.mikcar.email.audit");

  private final Mail mail;
  private final Caller caller;
  private final long start = System.nanoTime();

  /** A message that is about to be sent. */
  Audit(Mail mail, Caller caller) {
    this.mail = mail;
    this.caller = caller;
  }

  /** It has come to its end. */
  void write(Outcome outcome) {
    // Not the thread of the request, so it does not know the trace id.
    MDC.put(TraceId.LOG_FIELD, caller.traceId());
    LOG.infof(
        "email id=%s recipients=%d attachments=%d duration_ms=%d caller=%s outcome=%s",
        mail.id(),
        mail.recipients().size(),
        mail.attachments().size(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
        caller.address(),
        switch (outcome) {
          case Outcome.Sent _ -> "OK";
          case Outcome.Failed failed -> failed.why().code();
        });
    MDC.remove(TraceId.LOG_FIELD);
  }
}
