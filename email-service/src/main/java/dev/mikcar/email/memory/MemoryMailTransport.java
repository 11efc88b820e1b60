package dev.mikcar.email.memory;

import dev.mikcar.email.mail.Delivery;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailFailure;
import dev.mikcar.email.mail.MailTransport;
import dev.mikcar.email.mail.Outbox;
import dev.mikcar.email.mime.MessageBytes;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the latest messages instead of sending them: for development and tests. Oldest ones make
 * room when there are too many or they are too large together.
 */
public final class MemoryMailTransport implements MailTransport, Outbox {
  private static final int MOST = 10_000;

  private final long mostBytes;
  private final Deque<Kept> kept = new ArrayDeque<>();
  private long bytes;
  private long dropped;

  private record Kept(Mail mail, int size) {}

  /**
   * @param mostBytes how large all messages together may be
   */
  public MemoryMailTransport(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public Uni<Void> send(Mail mail, Delivery delivery) {
    return Uni.createFrom()
        .item(
            () -> {
              if (delivery.left().isZero()) {
                throw MailFailure.late();
              }
              // What could not be sent is not kept either.
              int size = MessageBytes.of(mail, Optional.empty()).size();
              delivery.beforeTheEnd().run();
              keep(new Kept(mail, size));
              return null;
            });
  }

  private synchronized void keep(Kept one) {
    kept.addLast(one);
    bytes += one.size();
    while (kept.size() > MOST || (bytes > mostBytes && kept.size() > 1)) {
      bytes -= kept.removeFirst().size();
      dropped++;
    }
  }

  @Override
  public synchronized Content content() {
    return new Content(List.copyOf(kept.stream().map(Kept::mail).toList()), dropped);
  }

  @Override
  public synchronized int clear() {
    int count = kept.size();
    kept.clear();
    bytes = 0;
    dropped = 0;
    return count;
  }

  @Override
  public Uni<Void> ping() {
    return Uni.createFrom().voidItem();
  }

  @Override
  public Optional<Outbox> outbox() {
    return Optional.of(this);
  }

  @Override
  public void close() {}
}
