package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Message;
import dev.mikcar.queue.message.Source;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** For {@code memory://}: what the process forgets is gone. */
final class NoJournal implements Journal {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  private final String identity = HexFormat.of().toHexDigits(new SecureRandom().nextInt());

  @Override
  public String identity() {
    return identity;
  }

  @Override
  public void recover(Recovery recovery) {}

  @Override
  public CompletionStage<Void> add(
      List<Entry> entries, List<Message> messages, @Nullable Remembered remembered) {
    return DONE;
  }

  @Override
  public CompletionStage<Void> remove(List<Entry> entries) {
    return DONE;
  }

  @Override
  public CompletionStage<Void> move(Entry from, Entry to) {
    return DONE;
  }

  @Override
  public CompletionStage<Void> note(Entry entry, int attempts, long due) {
    return DONE;
  }

  @Override
  public CompletionStage<Optional<Message>> load(Entry entry) {
    return CompletableFuture.failedStage(new IllegalStateException("it is in memory"));
  }

  @Override
  public CompletionStage<Void> createGroup(Source.Group group) {
    return DONE;
  }

  @Override
  public CompletionStage<Void> deleteGroup(Source.Group group) {
    return DONE;
  }

  @Override
  public boolean holdsMessages() {
    return false;
  }

  @Override
  public CompletionStage<Void> probe() {
    return DONE;
  }

  @Override
  public void close() {}
}
