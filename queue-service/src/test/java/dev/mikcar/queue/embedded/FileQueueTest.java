package dev.mikcar.queue.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.queue.message.Counts;
import dev.mikcar.queue.message.Delivery;
import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.MessageQueue;
import dev.mikcar.queue.message.MessageQueueContract;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Posting;
import dev.mikcar.queue.message.Published;
import dev.mikcar.queue.message.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on disk, with hardly a message in memory, and what is there after a start. */
class FileQueueTest extends MessageQueueContract {
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final long ENTRIES = 64 << 20;

  /** So few that what has more than a few bytes is read from disk. */
  private static final long BODIES = 8;

  @TempDir private Path folder;

  private final ManualClock clock = new ManualClock();
  private @Nullable EmbeddedQueue embedded;

  @Override
  protected MessageQueue open() {
    EmbeddedQueue opened = openFolder();
    embedded = opened;
    return opened;
  }

  private EmbeddedQueue openFolder() {
    return new EmbeddedQueue(
        SqliteJournal.open(folder.resolve("queue")),
        LIMITS,
        new Room(ENTRIES),
        new Room(BODIES),
        clock,
        false);
  }

  /** Ends the process, as far as the queues can tell. */
  private void restart() throws Exception {
    closeQueue();
    openQueue();
  }

  @Override
  protected void pass(Duration time) {
    clock.pass(time);
    Objects.requireNonNull(embedded).tick();
  }

  @Test
  void keepsMessagesTheirOrderAndTheirIds() throws Exception {
    // Given
    List<Message> messages =
        Stream.of("a", "bb", "a longer one that is not in memory")
            .map(text -> new Message(text.getBytes(UTF_8), Map.of("X-Message-N", text)))
            .toList();
    List<String> ids = await(queue().push(JOBS, messages, Posting.PLAIN));

    // When
    restart();

    // Then
    List<Delivery> deliveries = take(QUEUE, 10, LEASE);
    assertThat(deliveries.stream().map(d -> d.stored().message())).isEqualTo(messages);
    assertThat(deliveries.stream().map(d -> d.stored().id())).isEqualTo(ids);
  }

  @Test
  void returnsWhatIsLeasedAndRemembersItsAttempts() throws Exception {
    // Given
    push("a");
    Delivery delivery = receive(QUEUE, LEASE);

    // When
    restart();

    // Then
    assertThat(await(queue().ack(JOBS, delivery.lease()))).isFalse();
    assertThat(receive(QUEUE, LEASE).stored().attempts()).isEqualTo(2);
  }

  @Test
  void buriesWhatWasDeliveredForTheLastTime() throws Exception {
    // Given
    push("a");
    for (int i = 0; i < 2; i++) {
      await(queue().nack(JOBS, receive(QUEUE, LEASE).lease(), Duration.ZERO));
    }
    receive(QUEUE, LEASE);

    // When
    restart();

    // Then
    assertThat(take(QUEUE, 1, LEASE)).isEmpty();
    assertThat(text(receive(new Source.Queue(JOBS.dead()), LEASE))).isEqualTo("a");
  }

  @Test
  void keepsDelaysOfMessagesAndOfThoseGivenBack() throws Exception {
    // Given
    push("a");
    await(queue().nack(JOBS, receive(QUEUE, LEASE).lease(), LEASE));
    await(queue().push(JOBS, List.of(text("b")), new Posting(LEASE, null)));

    // When
    restart();

    // Then
    assertThat(await(queue().count(QUEUE))).isEqualTo(new Counts(0, 0, 2));
    pass(LEASE);
    assertThat(take(QUEUE, 10, LEASE)).hasSize(2);
  }

  @Test
  void keepsGroupsWithWhatTheyHaveStillToSee() throws Exception {
    // Given
    Source.Group one = new Source.Group(NEWS, Name.ofGroup("one"));
    Source.Group two = new Source.Group(NEWS, Name.ofGroup("two"));
    await(queue().createGroup(one));
    await(queue().createGroup(two));
    Published published = await(queue().publish(NEWS, text("a"), Posting.PLAIN));
    await(queue().ack(NEWS, receive(one, LEASE).lease()));

    // When
    restart();

    // Then
    assertThat(take(one, 1, LEASE)).isEmpty();
    assertThat(receive(two, LEASE).stored().id()).isEqualTo(published.id());
    assertThat(await(queue().createGroup(one))).isFalse();
  }

  @Test
  void keepsDeadMessagesWithWhereTheyDied() throws Exception {
    // Given
    Source.Group group = new Source.Group(NEWS, Name.ofGroup("g"));
    await(queue().createGroup(group));
    await(queue().publish(NEWS, text("a"), Posting.PLAIN));
    for (int i = 0; i < 3; i++) {
      await(queue().nack(NEWS, receive(group, LEASE).lease(), Duration.ZERO));
    }

    // When
    restart();

    // Then
    Source.Queue grave = new Source.Queue(NEWS.dead());
    assertThat(await(queue().peek(grave, 1)).getFirst().message().headers())
        .containsEntry(Message.DEATH_GROUP, "g");
    assertThat(await(queue().redrive(NEWS, 1))).isEqualTo(1);
    restart();
    assertThat(text(receive(group, LEASE))).isEqualTo("a");
  }

  @Test
  void deletesAGroupForGood() throws Exception {
    // Given
    Source.Group one = new Source.Group(NEWS, Name.ofGroup("one"));
    Source.Group two = new Source.Group(NEWS, Name.ofGroup("two"));
    await(queue().createGroup(one));
    await(queue().createGroup(two));
    await(queue().publish(NEWS, text("shared by both groups"), Posting.PLAIN));

    // When
    await(queue().deleteGroup(one));
    restart();

    // Then
    assertThat(await(queue().createGroup(one))).isTrue();
    assertThat(take(one, 1, LEASE)).isEmpty();
    assertThat(text(receive(two, LEASE))).isEqualTo("shared by both groups");
  }

  @Test
  void knowsKeysAgain() throws Exception {
    // Given
    Posting posting = new Posting(Duration.ZERO, "k");
    List<String> ids = await(queue().push(JOBS, List.of(text("a"), text("b")), posting));

    // When
    restart();

    // Then
    assertThat(await(queue().push(JOBS, List.of(text("c")), posting))).isEqualTo(ids);
    assertThat(await(queue().count(QUEUE)).ready()).isEqualTo(2);
    pass(Posting.REMEMBERED);
    assertThat(await(queue().push(JOBS, List.of(text("c")), posting))).isNotEqualTo(ids);
  }

  @Test
  void keepsTheOrderOfAKey() throws Exception {
    // Given
    Map<String, String> key = Map.of(Message.GROUP, "k");
    List<Message> messages =
        Stream.of("1", "2").map(text -> new Message(text.getBytes(UTF_8), key)).toList();
    await(queue().push(JOBS, messages, Posting.PLAIN));

    // When
    restart();

    // Then
    List<Delivery> deliveries = take(QUEUE, 10, LEASE);
    assertThat(deliveries.stream().map(MessageQueueContract::text)).containsExactly("1");
    await(queue().ack(JOBS, deliveries.getFirst().lease()));
    assertThat(text(receive(QUEUE, LEASE))).isEqualTo("2");
  }

  @Test
  void givesNoIdTwiceThoughTheQueueWasEmpty() throws Exception {
    // Given
    String first = push("a");
    await(queue().ack(JOBS, receive(QUEUE, LEASE).lease()));

    // When
    restart();

    // Then
    assertThat(push("b")).isNotEqualTo(first);
  }

  @Test
  void belongsToOneProcess() {
    assertThatThrownBy(this::openFolder).hasStackTraceContaining("in use");
  }

  @Test
  void isForItsUserAlone() throws IOException {
    // Given
    push("a");

    // When, then
    assertThat(mode(folder.resolve("queue"))).isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(folder.resolve("queue"))) {
      assertThat(files.map(FileQueueTest::mode)).isNotEmpty().containsOnly("rw-------");
    }
  }

  private static String mode(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
