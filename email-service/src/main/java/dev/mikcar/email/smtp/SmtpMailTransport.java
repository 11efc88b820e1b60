package dev.mikcar.email.smtp;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.email.mail.Delivery;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailFailure;
import dev.mikcar.email.mail.MailTransport;
import dev.mikcar.email.mime.DkimSigner;
import dev.mikcar.email.mime.MessageBytes;
import io.smallrye.mutiny.Uni;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sends by SMTP, each message on a virtual thread of its own. */
public final class SmtpMailTransport implements MailTransport {
  private static final Logger LOG = Logger.getLogger(SmtpMailTransport.class);
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final Duration LAST_MOMENTS = Duration.ofSeconds(5);
  private static final Duration PING = Duration.ofSeconds(4);

  /** A server that accepted a message so short a time ago need not be asked how it is. */
  private static final Duration LATELY = Duration.ofSeconds(2);

  private final SmtpPool pool;
  private final SmtpServer server;
  private final Optional<DkimSigner> signer;
  private final Pace pace;
  private final RefusedLogin refusedLogin = new RefusedLogin();

  /** When a message was accepted last, or long ago. */
  private volatile long acceptedAt = System.nanoTime() - LATELY.toNanos();

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("email-clock").factory());

  /**
   * Opens nothing yet.
   *
   * @throws dev.mikcar.common.settings.SettingException when the file of {@code ca} is none
   */
  public SmtpMailTransport(SmtpUrl url, Optional<DkimSigner> signer) {
    this(url, Login.password(url.user(), url.password()), signer);
  }

  /**
   * The same, with tokens instead of a password where there is a source of them.
   *
   * @param setting what was read, for the error
   * @throws dev.mikcar.common.settings.SettingException when the URL has a password besides, or no
   *     user
   */
  public static SmtpMailTransport to(
      BackendUrl setting, SmtpUrl url, Optional<TokenSource> tokens, Optional<DkimSigner> signer) {
    if (tokens.isEmpty()) {
      return new SmtpMailTransport(url, signer);
    }
    if (url.user().isEmpty() || !url.password().isEmpty()) {
      throw setting.unusable("with EMAIL_OAUTH_TOKEN_URL it has a user and no password");
    }
    return new SmtpMailTransport(url, new TokenLogin(url.user(), tokens.get()), signer);
  }

  SmtpMailTransport(SmtpUrl url, Login login, Optional<DkimSigner> signer) {
    this.server = new SmtpServer(url, login);
    this.pool = new SmtpPool(server);
    this.signer = signer;
    this.pace = new Pace(url.rate());
    var _ = clock.scheduleWithFixedDelay(pool::sweep, 10, 10, TimeUnit.SECONDS);
  }

  @Override
  public Uni<Void> send(Mail mail, Delivery delivery) {
    return onThread(
        () -> {
          new Sending(mail, delivery).run();
          return null;
        });
  }

  @Override
  public Uni<Void> ping() {
    return onThread(
        () -> {
          if (System.nanoTime() - acceptedAt > LATELY.toNanos()) {
            refusedLogin.throwIfRecent();
            try (SmtpPool.Place place = pool.place(PING).orElseThrow(this::busy)) {
              ping(place);
            }
          }
          return null;
        });
  }

  private ApiException busy() {
    return MailFailure.unreachable(
        "all connections to the SMTP server " + server.url() + " are busy");
  }

  private void ping(SmtpPool.Place place) {
    ScheduledFuture<?> watch = watch(place, PING);
    try {
      place.connect(PING);
      refusedLogin.isOver();
    } catch (IOException | MessagingException e) {
      place.drop();
      throw unreachable(e);
    } finally {
      watch.cancel(false);
    }
  }

  private ApiException unreachable(Exception e) {
    ApiException unreachable = MailFailure.unreachable(reason(e));
    if (isAboutLogin(e)) {
      refusedLogin.is(unreachable);
    }
    return unreachable;
  }

  private static boolean isAboutLogin(Exception e) {
    return e instanceof SmtpServer.OpeningException opening
        && opening.failure() instanceof AuthenticationFailedException;
  }

  private static Uni<Void> onThread(Callable<Void> work) {
    return Uni.createFrom()
        .emitter(
            emitter ->
                Thread.ofVirtual()
                    .name("email-sending")
                    .start(
                        () -> {
                          try {
                            emitter.complete(work.call());
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            emitter.fail(MailFailure.late());
                          } catch (Exception | Error e) {
                            emitter.fail(e);
                          }
                        }));
  }

  private SmtpPool.Place place(Delivery delivery) throws InterruptedException {
    return pool.place(delivery.left()).orElseThrow(MailFailure::late);
  }

  private ScheduledFuture<?> watch(SmtpPool.Place place, Duration left) {
    return clock.schedule(place::cut, left.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What went wrong with a connection, for the caller; no credential is in it. */
  private String reason(Exception e) {
    String where = "the SMTP server " + server.url() + " ";
    Optional<String> certificate = badCertificate(e);
    if (certificate.isPresent()) {
      return where + "shows a certificate that cannot be trusted: " + certificate.get();
    }
    if (e instanceof SmtpServer.OpeningException opening) {
      Reply refusal = opening.connection().refusal();
      if (opening.failure() instanceof AuthenticationFailedException) {
        return where + "does not accept the login";
      }
      return where
          + (refusal != null
              ? "answered: " + refusal.line()
              : "cannot be used: " + String.valueOf(opening.failure().getMessage()));
    }
    return e instanceof TokenLogin.TokenException
        ? where + "cannot be used: " + e.getMessage()
        : where + "cannot be reached: " + e.getClass().getSimpleName();
  }

  /** What is wrong with the server's certificate; empty when it is something else. */
  private static Optional<String> badCertificate(Exception e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof CertificateException) {
        return Optional.of(String.valueOf(t.getMessage()));
      }
    }
    return Optional.empty();
  }

  /** One message's way, with as many attempts as it takes and there is time for. */
  private final class Sending {
    private final Mail mail;
    private final Delivery delivery;

    /** Made when there is a connection for it: what waits for one is small. */
    private @Nullable MessageBytes bytes;

    private long pause = FIRST_PAUSE_MILLIS;
    private ApiException last = MailFailure.late();

    Sending(Mail mail, Delivery delivery) {
      this.mail = mail;
      this.delivery = delivery;
    }

    private MessageBytes bytes() {
      MessageBytes made = bytes == null ? MessageBytes.of(mail, signer) : bytes;
      bytes = made;
      return made;
    }

    void run() throws InterruptedException {
      while (!attempt()) {
        long wait = pause / 2 + ThreadLocalRandom.current().nextLong(pause);
        if (delivery.left().toMillis() <= wait) {
          throw last;
        }
        Thread.sleep(wait);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
      }
    }

    /** Whether it was accepted; false when it is worth another try, and {@code last} says why. */
    private boolean attempt() throws InterruptedException {
      if (!pace.await(delivery.left())) {
        throw last;
      }
      try (SmtpPool.Place place = place(delivery)) {
        ScheduledFuture<?> watch = watch(place, delivery.left());
        try {
          return attempt(place);
        } finally {
          watch.cancel(false);
        }
      }
    }

    private boolean attempt(SmtpPool.Place place) {
      while (true) {
        SmtpConnection connection;
        try {
          connection = place.connect(delivery.left());
          refusedLogin.isOver();
        } catch (IOException | MessagingException e) {
          place.drop();
          return notOpened(e);
        }
        requireFit(connection);
        try {
          connection.limit((int) Math.min(delivery.left().toMillis(), Integer.MAX_VALUE));
          connection.send(mail, bytes(), delivery);
          acceptedAt = System.nanoTime();
          return true;
        } catch (IOException | MessagingException e) {
          LOG.debugf(e, "A message was not accepted at once");
          SmtpConnection.Ending ending = connection.ending();
          Reply refusal = connection.refusal();
          if (ending != SmtpConnection.Ending.REFUSED || refusal == null) {
            place.drop();
          } else if (refusal.code() == 421) {
            place.drop();
          }
          switch (ending) {
            case ACCEPTED -> {
              return true;
            }
            case UNKNOWN -> throw MailFailure.unconfirmed(mail.id());
            case LOST -> {
              if (place.isRested()) {
                continue; // It had died while it rested; nothing is known of the server.
              }
              last =
                  MailFailure.unreachable(
                      "the SMTP server " + server.url() + " broke the connection off");
              return false;
            }
            case REFUSED -> {
              return refused(Objects.requireNonNull(refusal));
            }
          }
        } catch (RuntimeException e) {
          // From what is done before the end: the message is half written.
          place.drop();
          throw e;
        }
      }
    }

    private void requireFit(SmtpConnection connection) {
      if (mail.isInternational() && !connection.takesInternational()) {
        throw MailFailure.rejected(
            "the server takes no addresses outside of ASCII (it has no SMTPUTF8)",
            553,
            Optional.empty());
      }
      long largest = connection.largest();
      if (largest > 0 && bytes().size() > largest) {
        throw MailFailure.rejected(
            "the message has %d bytes, and the server takes at most %d"
                .formatted(bytes().size(), largest),
            552,
            Optional.empty());
      }
    }

    private boolean notOpened(Exception e) {
      last = unreachable(e);
      boolean noToken = e instanceof TokenLogin.TokenException token && token.isForGood();
      if (noToken || badCertificate(e).isPresent()) {
        throw last;
      }
      if (!(e instanceof SmtpServer.OpeningException opening)) {
        return false;
      }
      Reply refusal = opening.connection().refusal();
      if (refusal != null && refusal.asksToSlowDown()) {
        pool.slowDown();
      }
      if (isAboutLogin(e) && (refusal == null || refusal.isPermanent())) {
        if (server.login().refused()) {
          return false;
        }
        throw last;
      }
      // What is so for good is not tried again: a wrong password locks accounts.
      if (refusal == null ? isForGood(opening) : refusal.isPermanent()) {
        throw last;
      }
      return false;
    }

    /** Unless the connection broke: the server is there, and is not as it has to be. */
    private static boolean isForGood(SmtpServer.OpeningException opening) {
      return opening.failure() instanceof SmtpConnection.NoLoginException
          || String.valueOf(opening.failure().getMessage()).contains("convert socket to TLS")
          || (opening.connection().getLastReturnCode() > 0
              && !(opening.failure().getNextException() instanceof IOException));
    }

    private boolean refused(Reply refusal) {
      if (refusal.isAboutLogin()) {
        throw MailFailure.unreachable(
            "the SMTP server " + server.url() + " wants a login: " + refusal.line());
      }
      if (refusal.isPermanent()) {
        throw MailFailure.rejected(refusal.line(), refusal.code(), refusal.recipient());
      }
      if (refusal.asksToSlowDown()) {
        pool.slowDown();
      }
      last = MailFailure.deferred(refusal.line(), refusal.code(), refusal.recipient());
      return false;
    }
  }

  @Override
  public void close() {
    pool.close();
    try {
      pool.awaitUnused(LAST_MOMENTS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    pool.cut();
    clock.shutdownNow();
  }
}
