package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Source;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The groups of topics. */
final class Groups {
  private final State state;

  Groups(State state) {
    this.state = state;
  }

  boolean has(Source.Group group) {
    return state.locked(() -> state.find(group) != null);
  }

  /** Makes a group; whether it was not there. */
  CompletionStage<Boolean> create(Source.Group group) {
    return state.locked(
        () -> {
          if (state.find(group) != null) {
            return CompletableFuture.completedStage(false);
          }
          // At once: what is published from here on comes after it in the journal, too.
          if (!state.enlist(group, false)) {
            throw Sending.noRoom();
          }
          return state.changed(
              state.journal().createGroup(group),
              List.of(),
              made -> {
                if (!made) {
                  var _ = state.delist(group);
                }
              },
              true);
        });
  }

  /** Ends a group with all that is in it; whether it was there. */
  CompletionStage<Boolean> delete(Source.Group group) {
    return state.locked(
        () ->
            state.delist(group)
                ? state.journal().deleteGroup(group).thenApply(_ -> true)
                : CompletableFuture.completedStage(false));
  }
}
