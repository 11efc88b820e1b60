package dev.mikcar.queue.message;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.service.Backend;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;

/**
 * The contract of a queue backend. Queues, topics and groups come to be when they are first used.
 *
 * <ul>
 *   <li><b>Durability.</b> A durable backend answers a change after it is on stable storage. What a
 *       push or publish answered is delivered until it is acknowledged, purged or dead.
 *   <li><b>Delivery.</b> At least once. A message that is leased is delivered to nobody else; when
 *       its lease ends without an acknowledgement it goes back to its place, and is delivered again
 *       with another lease. A lease ends when it is acknowledged, given back, or over, and never
 *       later than this backend is closed; from then on its id means nothing, also while the same
 *       message is leased again.
 *   <li><b>Attempts.</b> After {@link Limits#attempts} deliveries a message that comes back goes to
 *       the queue {@link Name#dead()} of its queue or topic instead, with the headers {@link
 *       Message#DEATH_REASON} and {@link Message#DEATH_GROUP}; its attempts count from zero there.
 *   <li><b>Order.</b> One consumer of a source gets what one producer sent in the order it was
 *       sent, except what was delayed, or came back. Messages with an ordering key never overtake.
 *   <li><b>No prefetch.</b> A message is leased only for a consumer that waits for it now.
 *   <li><b>Bounds.</b> What is beyond {@link Limits#length} is refused with {@link Limits#full};
 *       what is beyond the memory, with {@link ApiException.BackendUnavailable}. Nothing of a send
 *       that was refused is stored.
 *   <li><b>Not supported.</b> What a backend cannot do it refuses, {@link Limits#notSupported}.
 *   <li><b>Threads.</b> May be called from any thread, never blocks, may answer on any thread. A
 *       {@link Uni} is subscribed to once and never cancelled.
 *   <li><b>Errors.</b> {@link ApiException.BackendUnavailable} or {@link
 *       ApiException.BackendTimeout} in bounded time when the backend cannot do its work; a change
 *       that fails so may or may not have happened.
 * </ul>
 */
public interface MessageQueue extends Backend {
  /** The code of the error for a lease that only the process which gave it can end. */
  String WRONG_REPLICA = "WRONG_REPLICA";

  /**
   * Stores messages in a queue, in this order.
   *
   * @return their ids. When it fails with a 503 or 504, some may be stored
   */
  Uni<List<String>> push(Name queue, List<Message> messages, Posting posting);

  /** Stores a message for every group that the topic has. */
  Uni<Published> publish(Name topic, Message message, Posting posting);

  /**
   * Makes a group, which gets what is published from now on. One that exists is left as it is.
   *
   * @return whether it was made
   */
  Uni<Boolean> createGroup(Source.Group group);

  /**
   * Ends a group with all that it has not seen, and with its leases.
   *
   * @return whether there was one
   */
  Uni<Boolean> deleteGroup(Source.Group group);

  /**
   * Leases messages, oldest first, as soon as there is one, and makes the group when there is none
   * yet. Those who wait are served in the order they came; waiting costs no thread, and no
   * connection to a broker each.
   *
   * @return empty when the time is over or {@link Reception#ended} has completed; then nothing is
   *     leased. Always completes
   */
  Uni<List<Delivery>> receive(Source source, Reception reception);

  /**
   * Acknowledges: the message is gone.
   *
   * @param name the queue or topic
   * @return false when there is no such lease, or no longer
   * @throws ApiException.Conflict {@link #WRONG_REPLICA}
   */
  Uni<Boolean> ack(Name name, String lease);

  /** Gives a message back, to be delivered after a delay. Answers and errors as {@link #ack}. */
  Uni<Boolean> nack(Name name, String lease, Duration delay);

  /**
   * Gives back a message that its consumer never saw: the delivery does not count as an attempt.
   * Answers and errors as {@link #ack}.
   */
  Uni<Boolean> release(Name name, String lease);

  /** Has the lease end so long from now. Answers and errors as {@link #ack}. */
  Uni<Boolean> extend(Name name, String lease, Duration time);

  /** How many messages there are; none where nothing was ever sent. */
  Uni<Counts> count(Source source);

  /**
   * The first messages that are ready, which stay what they are.
   *
   * @param max the most, 1 or more; fewer when they have {@link Reception#ENOUGH_BYTES}
   */
  Uni<List<StoredMessage>> peek(Source source, int max);

  /**
   * Throws away what is not leased.
   *
   * @return how many messages
   */
  Uni<Long> purge(Source source);

  /**
   * Moves dead messages back to where they died, oldest first, with their attempts forgotten. Those
   * of a group that is no more stay dead.
   *
   * @param name the queue or topic, not the one of the dead
   * @param max the most
   * @return how many
   */
  Uni<Long> redrive(Name name, long max);

  /** How many leases this process gave that have not ended. */
  long leases();

  /** Ends it: all leases that it gave end at once. Blocks. */
  @Override
  void close();
}
