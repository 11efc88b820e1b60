package dev.mikcar.email.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.email.mail.MailFailure;
import dev.mikcar.email.mail.Outcome;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final IdempotencyKey KEY = key("k", 1);
  private static final Outcome SENT = new Outcome.Sent("<1@x>", List.of("a@b.org", "c@d.org"));

  private static IdempotencyKey key(String text, int... body) {
    return IdempotencyKey.of(
        text,
        "send",
        new ByteArrayInputStream(Arrays.toString(body).getBytes(StandardCharsets.UTF_8)));
  }

  @TempDir private Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Ledger ledger;

  @BeforeEach
  void open() {
    ledger = new Ledger(folder.resolve("email"), () -> now);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private void end(IdempotencyKey key, Outcome outcome) {
    ledger.once(
        key,
        known -> {
          known.begin(0, "<1@x>");
          known.end(0, "<1@x>", outcome);
          return true;
        });
  }

  private Optional<Outcome> outcome() {
    return ledger.once(KEY, known -> known.outcome(0));
  }

  private void reopen() {
    ledger.close();
    open();
  }

  @Test
  void noKeyMakesNoFile() {
    // When
    ledger.ping().await().atMost(Duration.ofSeconds(10));

    // Then
    assertThat(Files.exists(folder.resolve("email"))).isFalse();
  }

  @Test
  void whatWasSentIsKnownAfterwards() {
    // Given
    end(KEY, SENT);
    reopen();

    // When
    Optional<Outcome> known = outcome();

    // Then
    assertThat(known).contains(SENT);
    ledger.ping().await().atMost(Duration.ofSeconds(10));
  }

  @Test
  void aRefusalIsKnownWithItsReply() {
    // Given
    end(KEY, new Outcome.Failed(MailFailure.rejected("550 no", 550, Optional.of("a@b.org"))));
    reopen();

    // When
    Outcome known = outcome().orElseThrow();

    // Then
    ApiException why = ((Outcome.Failed) known).why();
    assertThat(why.status()).isEqualTo(502);
    assertThat(why.getMessage()).isEqualTo("550 no");
    assertThat(why.fields()).containsEntry("reply_code", 550).containsEntry("recipient", "a@b.org");
  }

  @Test
  void whatWasBegunAndHasNoEndIsUnconfirmed() {
    // Given
    ledger.once(
        KEY,
        known -> {
          known.begin(0, "<1@x>");
          return true;
        });
    reopen();

    // When
    Outcome known = outcome().orElseThrow();

    // Then
    assertThat(((Outcome.Failed) known).why().code()).isEqualTo("EMAIL_UNCONFIRMED");
  }

  @Test
  void whatWasNotSentIsForgotten() {
    // Given
    end(KEY, new Outcome.Failed(MailFailure.late()));
    reopen();

    // When, then
    assertThat(outcome()).isEmpty();
  }

  @Test
  void anotherBodyIsAConflictUntilTheKeyIsForgotten() {
    // Given
    end(KEY, SENT);
    IdempotencyKey other = key("k", 2);

    // When
    ApiException refused = catchThrowableOfType(ApiException.class, () -> end(other, SENT));
    now = now.plus(Duration.ofHours(24)).plusMillis(1);
    end(other, SENT);

    // Then
    assertThat(refused.status()).isEqualTo(409);
    assertThat(outcomeOf(other)).contains(SENT);
  }

  private Optional<Outcome> outcomeOf(IdempotencyKey key) {
    return ledger.once(key, known -> known.outcome(0));
  }

  @Test
  void aKeyHoldsFor24Hours() {
    // Given
    end(KEY, SENT);

    // When
    now = now.plus(Duration.ofHours(24));
    Optional<Outcome> then = outcome();
    now = now.plusMillis(1);
    Optional<Outcome> later = outcome();

    // Then
    assertThat(then).contains(SENT);
    assertThat(later).isEmpty();
  }

  @Test
  void oldEntriesMakeRoomForNewOnes() throws Exception {
    // Given
    for (int i = 0; i < 50; i++) {
      end(key("old" + i), SENT);
    }
    now = now.plus(Duration.ofHours(25));

    // When
    for (int i = 0; i < 5; i++) {
      end(key("new" + i), SENT);
    }
    ledger.close();

    // Then
    assertThat(rows()).isEqualTo(5);
  }

  private int rows() throws Exception {
    try (java.sql.Connection connection =
            java.sql.DriverManager.getConnection(
                "jdbc:sqlite:" + folder.resolve("email/sent.sqlite"));
        java.sql.Statement statement = connection.createStatement();
        java.sql.ResultSet count = statement.executeQuery("SELECT count(*) FROM message")) {
      return count.getInt(1);
    }
  }
}
