package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Source;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what the queues hold. Changes are made in the order they are asked for; each is there whole
 * or not at all, and is complete when it is as durable as the journal makes it.
 */
interface Journal extends AutoCloseable {
  /** What stands before the number of a message in its id; the same as long as the data is. */
  String identity();

  /** What there is, for once, at the beginning. */
  void recover(Recovery recovery);

  /** Takes what a journal holds. */
  interface Recovery {
    void group(Source.Group group);

    /** An entry, without its message; its {@link Entry#due} and attempts set. In order. */
    void entry(Entry entry);

    void remembered(Remembered remembered);

    /** No number up to this is to be used again. */
    void last(long number);
  }

  /**
   * What an idempotency key stands for.
   *
   * @param key of this use and target
   * @param ids the numbers of the messages
   * @param until when it may be forgotten, milliseconds
   */
  record Remembered(String key, List<Long> ids, boolean routed, long until) {}

  /**
   * Adds entries.
   *
   * @param messages the message of each
   */
  CompletionStage<Void> add(
      List<Entry> entries, List<Message> messages, @Nullable Remembered remembered);

  CompletionStage<Void> remove(List<Entry> entries);

  /** Replaces an entry by one with the same message in another place. */
  CompletionStage<Void> move(Entry from, Entry to);

  /** Notes how often an entry was delivered, and when it is due. */
  CompletionStage<Void> note(Entry entry, int attempts, long due);

  /** The message of an entry that has none in memory; empty when it was removed meanwhile. */
  CompletionStage<Optional<Message>> load(Entry entry);

  CompletionStage<Void> createGroup(Source.Group group);

  /** Deletes a group with its entries. */
  CompletionStage<Void> deleteGroup(Source.Group group);

  /** Whether messages are on disk, so that memory need not hold them. */
  boolean holdsMessages();

  /** Fails or says why when changes cannot be made. */
  CompletionStage<Void> probe();

  /** Waits for what was asked for. */
  @Override
  void close();
}
