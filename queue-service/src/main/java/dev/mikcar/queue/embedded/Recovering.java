package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Takes in what the journal holds at the start: no message is leased, and none is lost. */
final class Recovering implements Journal.Recovery {
  private final State state;
  private final Moving moving;

  /** Delivered for the last time when the process ended. */
  private final List<Entry> spent = new ArrayList<>();

  private Recovering(State state, Moving moving) {
    this.state = state;
    this.moving = moving;
  }

  static void recover(State state, Moving moving) {
    Recovering recovering = new Recovering(state, moving);
    var _ =
        state.locked(
            () -> {
              state.journal().recover(recovering);
              recovering.burySpent();
              return true;
            });
  }

  @Override
  public void group(Source.Group group) {
    var _ = state.enlist(group, true);
  }

  @Override
  public void entry(Entry entry) {
    state.adopt(entry);
    state.line(entry.source).expect(1);
    state.arrive(entry);
    if (entry.attempts >= state.limits().attempts(entry.source)) {
      spent.add(entry);
    }
  }

  @Override
  public void remembered(Journal.Remembered remembered) {
    var _ = state.idempotency().begin(remembered, CompletableFuture.completedFuture(remembered));
  }

  @Override
  public void last(long number) {
    state.skip(number);
  }

  private void burySpent() {
    for (Entry entry : spent) {
      state.leases().forget(entry);
      Line line = state.line(entry.source);
      line.hide(entry);
      var _ = moving.bury(line, entry);
    }
  }
}
