package dev.mikcar.email.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.email.Mails;
import dev.mikcar.email.mail.Delivery;
import dev.mikcar.email.mail.Mail;
import dev.mikcar.email.mail.MailTransport;
import dev.mikcar.email.mail.MailTransportContract;
import dev.mikcar.email.mail.Outbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MemoryMailTransportTest extends MailTransportContract {
  private final MemoryMailTransport transport = new MemoryMailTransport(100_000);

  @Override
  protected MailTransport transport() {
    return transport;
  }

  @Override
  protected int received() {
    return transport.content().mails().size();
  }

  @Test
  void theOldestMakeRoomWhenAllAreTooLarge() {
    // Given
    List<Mail> mails =
        Stream.of(1, 2, 3)
            .map(i -> Mails.mail("Number " + i, "x".repeat(45_000), null, List.of(), "a@b.org"))
            .toList();

    // When
    mails.forEach(
        mail ->
            transport
                .send(mail, new Delivery(Instant.now().plusSeconds(20), () -> {}))
                .await()
                .atMost(Duration.ofSeconds(20)));

    // Then
    Outbox.Content content = transport.content();
    assertThat(content.mails()).containsExactly(mails.get(1), mails.get(2));
    assertThat(content.dropped()).isEqualTo(1);
    assertThat(transport.clear()).isEqualTo(2);
    assertThat(transport.content()).isEqualTo(new Outbox.Content(List.of(), 0));
  }
}
