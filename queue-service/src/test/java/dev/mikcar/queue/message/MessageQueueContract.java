package dev.mikcar.queue.message;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.queue.message.Reception.Admission;
import dev.mikcar.test.Await;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link MessageQueue} promises; a subclass for each backend opens one. */
public abstract class MessageQueueContract {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Long enough that it is not over while a test runs. */
  private static final Duration LONG = Duration.ofSeconds(60);

  /** To be waited for. */
  private static final Duration SHORT = Duration.ofMillis(1_500);

  protected static final Name JOBS = Name.ofQueue("jobs");
  protected static final Source QUEUE = new Source.Queue(JOBS);
  protected static final Name NEWS = Name.ofTopic("news");

  /** The limits of the queue that {@link #open} gives. */
  protected static final Limits LIMITS =
      new Limits(
          Map.of(Limits.OTHERS, 3),
          Map.of(Limits.OTHERS, 1_000, "narrow", 2),
          Map.of(Limits.OTHERS, 100_000, "short", 3));

  private MessageQueue queue;

  /** Queues with nothing in them, and with {@link #LIMITS}. */
  protected abstract MessageQueue open() throws Exception;

  /** Lets time pass for the queues. */
  protected abstract void pass(Duration time);

  /** Whether a header can order messages. */
  protected boolean ordersByKey() {
    return true;
  }

  /** Whether an idempotency key is known again. */
  protected boolean knowsKeys() {
    return true;
  }

  @BeforeEach
  protected void openQueue() throws Exception {
    queue = open();
  }

  @AfterEach
  protected final void closeQueue() {
    queue.close();
  }

  protected final MessageQueue queue() {
    return queue;
  }

  protected static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }

  protected static Message text(String text) {
    return new Message(text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  private static Message keyed(String text, String key) {
    return new Message(text.getBytes(StandardCharsets.UTF_8), Map.of(Message.GROUP, key));
  }

  protected static String text(Delivery delivery) {
    return new String(delivery.stored().message().body(), StandardCharsets.UTF_8);
  }

  protected final String push(String text) {
    return await(queue.push(JOBS, List.of(text(text)), Posting.PLAIN)).getFirst();
  }

  private void push(Message... messages) {
    await(queue.push(JOBS, List.of(messages), Posting.PLAIN));
  }

  protected final List<Delivery> take(Source source, int max, Duration lease) {
    return await(queue.receive(source, Reception.now(max, lease)));
  }

  /** One that is there, or comes soon. */
  protected final Delivery receive(Source source, Duration lease) {
    return await(
            queue.receive(
                source,
                new Reception(1, 1, lease, LIMIT, new CompletableFuture<>(), Admission.FREE)))
        .getFirst();
  }

  private CompletableFuture<List<Delivery>> wait(
      Source source, Duration wait, CompletableFuture<Void> ended) {
    return queue
        .receive(source, new Reception(1, 1, LONG, wait, ended, Admission.FREE))
        .subscribeAsCompletionStage();
  }

  private boolean ack(Delivery delivery) {
    return await(queue.ack(JOBS, delivery.lease()));
  }

  private void awaitCounts(Source source, Counts counts) {
    Await.until(counts + " in " + source, LIMIT, () -> await(queue.count(source)).equals(counts));
  }

  @Test
  void keepsEveryByteAndHeader() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < 256; i++) {
      bytes[i] = (byte) i;
    }
    Message message = new Message(bytes, Map.of("X-Message-A", "ü", "X-Message-B", ""));

    String id = await(queue.push(JOBS, List.of(message), Posting.PLAIN)).getFirst();

    Delivery delivery = receive(QUEUE, LONG);
    assertThat(delivery.stored().message()).isEqualTo(message);
    assertThat(delivery.stored().id()).isEqualTo(id);
    assertThat(delivery.stored().attempts()).isEqualTo(1);
  }

  @Test
  void keepsAnEmptyMessageAndAVeryLargeOne() {
    byte[] large = new byte[10 << 20];
    Arrays.fill(large, (byte) 7);

    push(new Message(new byte[0], Map.of()), new Message(large, Map.of()));

    assertThat(receive(QUEUE, LONG).stored().message().body()).isEmpty();
    assertThat(receive(QUEUE, LONG).stored().message().body()).isEqualTo(large);
  }

  @Test
  void deliversInOrderAndEachOnce() {
    List<Message> many = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      many.add(text("m" + i));
    }
    List<String> ids = await(queue.push(JOBS, many, Posting.PLAIN));

    List<Delivery> deliveries = new ArrayList<>();
    while (deliveries.size() < 250) {
      deliveries.addAll(take(QUEUE, 100, LONG));
    }

    assertThat(deliveries.stream().map(MessageQueueContract::text))
        .containsExactlyElementsOf(
            many.stream().map(m -> new String(m.body(), StandardCharsets.UTF_8)).toList());
    assertThat(deliveries.stream().map(d -> d.stored().id())).containsExactlyElementsOf(ids);
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(take(QUEUE, 1, LONG)).isEmpty();
  }

  @Test
  void addsNoMoreToWhatIsLargeEnough() {
    push(text("12345"), text("6"), text("7"));

    List<Delivery> deliveries =
        await(
            queue.receive(
                QUEUE,
                new Reception(
                    10, 5, LONG, Duration.ZERO, new CompletableFuture<>(), Admission.FREE)));

    assertThat(deliveries).hasSize(1);
  }

  @Test
  void acknowledgesForGood() {
    push("a");
    Delivery delivery = receive(QUEUE, LONG);

    assertThat(ack(delivery)).isTrue();

    assertThat(ack(delivery)).isFalse();
    awaitCounts(QUEUE, Counts.NONE);
  }

  @Test
  void knowsNoLeaseThatItDidNotGive() {
    push("a");
    Delivery delivery = receive(QUEUE, LONG);

    for (String lease : List.of("x", "", "0-0", delivery.stored().id(), delivery.lease() + "0")) {
      assertThat(await(queue.ack(JOBS, lease))).as(lease).isFalse();
      assertThat(await(queue.nack(JOBS, lease, Duration.ZERO))).as(lease).isFalse();
      assertThat(await(queue.extend(JOBS, lease, LONG))).as(lease).isFalse();
    }
    assertThat(await(queue.ack(Name.ofQueue("other"), delivery.lease()))).isFalse();
    assertThat(ack(delivery)).isTrue();
  }

  @Test
  void deliversAgainWhenTheLeaseIsOver() {
    push("a");
    Delivery first = receive(QUEUE, SHORT);

    pass(SHORT.multipliedBy(2));
    Delivery second = receive(QUEUE, LONG);

    assertThat(second.stored().id()).isEqualTo(first.stored().id());
    assertThat(second.stored().attempts()).isEqualTo(2);
    assertThat(second.lease()).isNotEqualTo(first.lease());
    assertThat(ack(first)).as("the lease that is over").isFalse();
    assertThat(await(queue.extend(JOBS, first.lease(), LONG))).isFalse();
    assertThat(await(queue.nack(JOBS, first.lease(), Duration.ZERO))).isFalse();
    assertThat(ack(second)).isTrue();
  }

  @Test
  void endsALeaseOnTimeThoughNobodyTakesTheMessage() {
    push("a");
    Delivery delivery = receive(QUEUE, SHORT);

    pass(SHORT.multipliedBy(2));

    assertThat(ack(delivery)).isFalse();
    awaitCounts(QUEUE, new Counts(1, 0, 0));
  }

  @Test
  void extendsALease() {
    push("a");
    Delivery delivery = receive(QUEUE, SHORT);

    assertThat(await(queue.extend(JOBS, delivery.lease(), LONG))).isTrue();
    pass(SHORT.multipliedBy(2));

    assertThat(take(QUEUE, 1, LONG)).isEmpty();
    assertThat(ack(delivery)).isTrue();
  }

  @Test
  void givesBackToItsPlace() {
    push(text("a"), text("b"));
    Delivery first = receive(QUEUE, LONG);

    assertThat(await(queue.nack(JOBS, first.lease(), Duration.ZERO))).isTrue();

    Delivery again = receive(QUEUE, LONG);
    assertThat(again.stored().attempts()).isEqualTo(2);
    assertThat(text(again)).isEqualTo("a");
    assertThat(text(receive(QUEUE, LONG))).isEqualTo("b");
    assertThat(ack(first)).isFalse();
  }

  @Test
  void givesBackForLater() {
    push("a");

    await(queue.nack(JOBS, receive(QUEUE, LONG).lease(), SHORT));

    assertThat(take(QUEUE, 1, LONG)).isEmpty();
    awaitCounts(QUEUE, new Counts(0, 0, 1));
    pass(SHORT.multipliedBy(2));
    assertThat(receive(QUEUE, LONG).stored().attempts()).isEqualTo(2);
  }

  @Test
  void countsNoAttemptThatNobodySaw() {
    push("a");

    for (int i = 0; i < 10; i++) {
      Delivery delivery = receive(QUEUE, LONG);
      assertThat(delivery.stored().attempts()).isEqualTo(1);
      assertThat(await(queue.release(JOBS, delivery.lease()))).isTrue();
    }
  }

  private void killAll(Name name, Source source) {
    while (true) {
      List<Delivery> deliveries = take(source, 10, LONG);
      if (deliveries.isEmpty() && await(queue.count(source)).ready() == 0) {
        return;
      }
      deliveries.forEach(d -> await(queue.nack(name, d.lease(), Duration.ZERO)));
    }
  }

  @Test
  void buriesWhatWasDeliveredTooOften() {
    push("a");

    killAll(JOBS, QUEUE);

    Source.Queue grave = new Source.Queue(JOBS.dead());
    Delivery dead = receive(grave, LONG);
    assertThat(text(dead)).isEqualTo("a");
    assertThat(dead.stored().attempts()).isEqualTo(1);
    assertThat(dead.stored().message().headers())
        .containsEntry(Message.DEATH_REASON, Message.TOO_MANY_ATTEMPTS);
    assertThat(await(queue.count(QUEUE))).isEqualTo(Counts.NONE);
    for (int i = 0; i < 5; i++) {
      await(queue.nack(JOBS.dead(), dead.lease(), Duration.ZERO));
      dead = receive(grave, LONG);
    }
    assertThat(await(queue.ack(JOBS.dead(), dead.lease()))).isTrue();
  }

  @Test
  void buriesWhatNobodyAcknowledged() {
    push("a");

    for (int i = 0; i < 3; i++) {
      receive(QUEUE, SHORT);
      pass(SHORT.multipliedBy(2));
    }

    assertThat(text(receive(new Source.Queue(JOBS.dead()), LONG))).isEqualTo("a");
    assertThat(take(QUEUE, 1, LONG)).isEmpty();
  }

  @Test
  void redrivesSomeOrAll() {
    push(text("a"), text("b"), text("c"));
    killAll(JOBS, QUEUE);
    awaitCounts(new Source.Queue(JOBS.dead()), new Counts(3, 0, 0));

    assertThat(await(queue.redrive(JOBS, 1))).isEqualTo(1);
    assertThat(await(queue.redrive(JOBS, Long.MAX_VALUE))).isEqualTo(2);

    assertThat(await(queue.redrive(JOBS, Long.MAX_VALUE))).isZero();
    List<Delivery> back = List.of(receive(QUEUE, LONG), receive(QUEUE, LONG), receive(QUEUE, LONG));
    assertThat(back.stream().map(MessageQueueContract::text)).containsExactly("a", "b", "c");
    assertThat(back.getFirst().stored().attempts()).isEqualTo(1);
    assertThat(back.getFirst().stored().message().headers()).isEmpty();
  }

  @Test
  void redrivesIntoTheGroupWhereItDied() {
    Source.Group one = group("one");
    Source.Group two = group("two");
    await(queue.createGroup(one));
    await(queue.createGroup(two));
    await(queue.publish(NEWS, text("a"), Posting.PLAIN));
    killAll(NEWS, one);
    Source.Queue grave = new Source.Queue(NEWS.dead());
    awaitCounts(grave, new Counts(1, 0, 0));
    assertThat(await(queue.peek(grave, 1)).getFirst().message().headers())
        .containsEntry(Message.DEATH_GROUP, "one");

    assertThat(await(queue.redrive(NEWS, 10))).isEqualTo(1);

    awaitCounts(one, new Counts(1, 0, 0));
    awaitCounts(two, new Counts(1, 0, 0));
  }

  @Test
  void delays() {
    await(queue.push(JOBS, List.of(text("late")), new Posting(SHORT, null)));
    push("now");

    assertThat(text(receive(QUEUE, LONG))).isEqualTo("now");
    assertThat(take(QUEUE, 1, LONG)).isEmpty();
    assertThat(await(queue.count(QUEUE)).delayed()).isEqualTo(1);
    pass(SHORT.multipliedBy(2));
    assertThat(text(receive(QUEUE, LONG))).isEqualTo("late");
  }

  @Test
  void storesOnceWhatIsSentWithTheSameKey() {
    if (!knowsKeys()) {
      return;
    }
    Posting posting = new Posting(Duration.ZERO, "k");

    List<String> first = await(queue.push(JOBS, List.of(text("a"), text("b")), posting));
    List<String> again = await(queue.push(JOBS, List.of(text("c")), posting));
    await(queue.push(Name.ofQueue("other"), List.of(text("a")), posting));

    assertThat(again).isEqualTo(first);
    assertThat(await(queue.count(QUEUE)).ready()).isEqualTo(2);
    assertThat(await(queue.count(new Source.Queue(Name.ofQueue("other")))).ready()).isEqualTo(1);
  }

  @Test
  void givesBackWhatMemoryHasNoRoomFor() {
    push("a");
    ApiException none = new ApiException.BackendUnavailable("no room", 1);

    assertThatThrownBy(
            () ->
                await(
                    queue.receive(
                        QUEUE,
                        new Reception(
                            1,
                            1,
                            LONG,
                            LIMIT,
                            new CompletableFuture<>(),
                            _ -> CompletableFuture.failedStage(none)))))
        .isEqualTo(none);

    assertThat(receive(QUEUE, LONG).stored().attempts()).isEqualTo(1);
  }

  @Test
  void waitsAndIsWokenByAPush() {
    CompletableFuture<List<Delivery>> waiting = wait(QUEUE, LIMIT, new CompletableFuture<>());
    assertThat(waiting).isNotDone();

    push("a");

    assertThat(waiting.orTimeout(5, SECONDS).join()).hasSize(1);
  }

  @Test
  void waitsNoLongerThanItWasTold() {
    CompletableFuture<List<Delivery>> waiting =
        wait(QUEUE, Duration.ofMillis(100), new CompletableFuture<>());

    assertThat(waiting.orTimeout(10, SECONDS).join()).isEmpty();
  }

  @Test
  void leasesNothingForWhoHasLeft() {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    CompletableFuture<List<Delivery>> waiting = wait(QUEUE, LIMIT, gone);

    gone.complete(null);

    assertThat(waiting.orTimeout(5, SECONDS).join()).isEmpty();
    push("a");
    assertThat(receive(QUEUE, LONG).stored().attempts()).isEqualTo(1);
  }

  @Test
  void servesInTheOrderOfArrival() {
    List<CompletableFuture<List<Delivery>>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(wait(QUEUE, LIMIT, new CompletableFuture<>()));
    }

    for (int i = 0; i < 50; i++) {
      push("m" + i);
    }

    for (int i = 0; i < 50; i++) {
      assertThat(text(waiting.get(i).join().getFirst())).isEqualTo("m" + i);
    }
  }

  @Test
  void wakesWhoWaitsForWhatComesBack() {
    push("a");
    Delivery first = receive(QUEUE, LONG);
    CompletableFuture<List<Delivery>> waiting = wait(QUEUE, LIMIT, new CompletableFuture<>());

    await(queue.nack(JOBS, first.lease(), Duration.ZERO));

    assertThat(waiting.orTimeout(5, SECONDS).join()).hasSize(1);
  }

  private static Source.Group group(String name) {
    return new Source.Group(NEWS, Name.ofGroup(name));
  }

  @Test
  void showsEveryGroupEveryMessage() {
    await(queue.createGroup(group("one")));
    await(queue.createGroup(group("two")));

    Published published = await(queue.publish(NEWS, text("a"), Posting.PLAIN));

    Delivery one = receive(group("one"), LONG);
    Delivery two = receive(group("two"), LONG);
    assertThat(published.routed()).isTrue();
    assertThat(List.of(one.stored().id(), two.stored().id())).containsOnly(published.id());
    assertThat(take(group("one"), 1, LONG)).isEmpty();
    assertThat(await(queue.ack(NEWS, one.lease()))).isTrue();
    assertThat(await(queue.ack(NEWS, two.lease()))).isTrue();
  }

  @Test
  void saysThatNobodyWillSeeAMessage() {
    Published published = await(queue.publish(NEWS, text("a"), Posting.PLAIN));

    assertThat(published.routed()).isFalse();
    assertThat(take(group("late"), 1, LONG)).as("made after it").isEmpty();
    assertThat(await(queue.publish(NEWS, text("b"), Posting.PLAIN)).routed()).isTrue();
    assertThat(text(receive(group("late"), LONG))).isEqualTo("b");
  }

  @Test
  void makesAGroupOnceAndDeletesIt() {
    assertThat(await(queue.createGroup(group("g")))).isTrue();
    assertThat(await(queue.createGroup(group("g")))).isFalse();
    await(queue.publish(NEWS, text("a"), Posting.PLAIN));

    assertThat(await(queue.deleteGroup(group("g")))).isTrue();

    assertThat(await(queue.deleteGroup(group("g")))).isFalse();
    assertThat(await(queue.publish(NEWS, text("b"), Posting.PLAIN)).routed()).isFalse();
  }

  @Test
  void keepsTheOrderOfAKeyWithOneAtATime() {
    if (!ordersByKey()) {
      return;
    }
    push(keyed("a1", "a"), keyed("a2", "a"), keyed("b1", "b"), text("free"));

    List<Delivery> first = take(QUEUE, 10, LONG);

    assertThat(first.stream().map(MessageQueueContract::text)).containsExactly("a1", "b1", "free");
    await(queue.nack(JOBS, first.getFirst().lease(), Duration.ZERO));
    Delivery again = receive(QUEUE, LONG);
    assertThat(text(again)).isEqualTo("a1");
    assertThat(take(QUEUE, 10, LONG)).isEmpty();
    ack(again);
    assertThat(text(receive(QUEUE, LONG))).isEqualTo("a2");
  }

  @Test
  void keepsTheOrderOfAKeyThoughOneThatIsDelayedFallsDue() {
    if (!ordersByKey()) {
      return;
    }
    push(keyed("a1", "a"), keyed("a2", "a"));
    await(queue.nack(JOBS, receive(QUEUE, LONG).lease(), SHORT));

    assertThat(take(QUEUE, 10, LONG)).as("behind the one that waits").isEmpty();
    pass(SHORT.multipliedBy(2));

    assertThat(take(QUEUE, 10, LONG).stream().map(MessageQueueContract::text))
        .containsExactly("a1");
  }

  @Test
  void redrivesAllOfAKeyInItsOrder() {
    if (!ordersByKey()) {
      return;
    }
    push(keyed("a1", "a"), keyed("a2", "a"), keyed("a3", "a"));
    killAll(JOBS, QUEUE);
    awaitCounts(new Source.Queue(JOBS.dead()), new Counts(3, 0, 0));

    assertThat(await(queue.redrive(JOBS, Long.MAX_VALUE))).isEqualTo(3);

    for (String text : List.of("a1", "a2", "a3")) {
      Delivery delivery = receive(QUEUE, LONG);
      assertThat(text(delivery)).isEqualTo(text);
      assertThat(ack(delivery)).isTrue();
    }
  }

  @Test
  void leasesNoMoreThanMayBeInFlight() {
    Name narrow = Name.ofQueue("narrow");
    Source source = new Source.Queue(narrow);
    await(queue.push(narrow, List.of(text("a"), text("b"), text("c")), Posting.PLAIN));

    List<Delivery> first = take(source, 10, LONG);

    assertThat(first).hasSize(2);
    CompletableFuture<List<Delivery>> waiting = wait(source, LIMIT, new CompletableFuture<>());
    await(queue.ack(narrow, first.getFirst().lease()));
    assertThat(waiting.orTimeout(5, SECONDS).join()).hasSize(1);
  }

  @Test
  void refusesWhatIsBeyondTheLength() {
    Name name = Name.ofQueue("short");
    List<Message> two = List.of(text("a"), text("b"));
    await(queue.push(name, two, Posting.PLAIN));

    assertThatThrownBy(() -> await(queue.push(name, two, Posting.PLAIN)))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(429));

    assertThat(await(queue.count(new Source.Queue(name))).ready()).isEqualTo(2);
  }

  @Test
  void showsWithoutTaking() {
    push(text("a"), text("b"));

    List<StoredMessage> seen = await(queue.peek(QUEUE, 10));

    assertThat(seen.stream().map(StoredMessage::attempts)).containsExactly(0, 0);
    assertThat(text(receive(QUEUE, LONG))).isEqualTo("a");
    assertThat(await(queue.peek(QUEUE, 10))).hasSize(1);
  }

  @Test
  void purgesWhatIsNotLeased() {
    push(text("a"), text("b"), text("c"));
    await(queue.push(JOBS, List.of(text("late")), new Posting(LONG, null)));
    Delivery leased = receive(QUEUE, LONG);

    assertThat(await(queue.purge(QUEUE))).isEqualTo(3);

    awaitCounts(QUEUE, new Counts(0, 1, 0));
    assertThat(ack(leased)).isTrue();
    assertThat(await(queue.purge(QUEUE))).isZero();
  }

  @Test
  void tellsNamesApartThatLookAlike() {
    List<String> names =
        List.of(
            "a",
            "A",
            "a/",
            "/a",
            "a/b",
            "a//b",
            "*",
            "#",
            "a.b",
            "amq.x",
            "é",
            "e\u0301",
            "😀",
            "a b",
            "mikcar",
            "q".repeat(256));

    names.forEach(
        name -> await(queue.push(Name.ofQueue(name), List.of(text("in " + name)), Posting.PLAIN)));

    names.forEach(
        name ->
            assertThat(text(receive(new Source.Queue(Name.ofQueue(name)), LONG)))
                .isEqualTo("in " + name));
  }

  @Test
  void knowsHowManyLeasesThereAre() {
    push(text("a"), text("b"));

    List<Delivery> deliveries = take(QUEUE, 2, LONG);

    assertThat(queue.leases()).isEqualTo(2);
    deliveries.forEach(this::ack);
    assertThat(queue.leases()).isZero();
  }

  @Test
  void isWell() {
    await(queue.ping());
  }
}
