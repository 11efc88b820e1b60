package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What leaves a source otherwise than by an acknowledgement. */
final class Moving {
  /** How many entries are removed in one step. */
  private static final int AT_ONCE = 5_000;

  private final State state;

  Moving(State state) {
    this.state = state;
  }

  /** Moves a hidden entry to where the dead are. Under the lock. */
  CompletionStage<Boolean> bury(Line line, Entry entry) {
    Source grave = new Source.Queue(entry.source.name().dead());
    return move(line, entry, grave, entry.source);
  }

  private CompletionStage<Boolean> move(
      Line line, Entry entry, Source to, @Nullable Source origin) {
    Entry moved = entry.moved(state.next(), to, origin);
    state.line(to).expect(1);
    return state.changed(
        state.journal().move(entry, moved),
        List.of(entry.source, to),
        made -> {
          if (made) {
            state.leave(line, entry);
            state.arrive(moved);
          } else {
            Line target = state.line(to);
            target.forget(1);
            state.dropIfEmpty(target);
            state.restore(line, entry);
          }
        },
        true);
  }

  /** Moves the dead back, oldest first; how many. */
  CompletionStage<Long> redrive(Name name, long max) {
    List<CompletionStage<Boolean>> moves =
        state.locked(
            () -> {
              List<CompletionStage<Boolean>> begun = new ArrayList<>();
              Line dead = state.find(new Source.Queue(name.dead()));
              if (dead == null) {
                return begun;
              }
              for (Entry entry : dead.undelayed()) {
                Source home = entry.origin == null ? new Source.Queue(name) : entry.origin;
                if (begun.size() < max && isThere(home)) {
                  dead.hide(entry);
                  begun.add(move(dead, entry, home, null));
                }
              }
              return begun;
            });
    return all(moves).thenApply(_ -> (long) moves.size());
  }

  private boolean isThere(Source home) {
    return home instanceof Source.Queue || state.find(home) != null;
  }

  /** Removes what is not leased; how many. */
  CompletionStage<Long> purge(Source source) {
    List<CompletionStage<Integer>> parts =
        state.locked(
            () -> {
              List<CompletionStage<Integer>> begun = new ArrayList<>();
              Line line = state.find(source);
              if (line == null) {
                return begun;
              }
              List<Entry> all = line.unleased();
              for (Entry entry : all) {
                state.leases().forget(entry);
                line.hide(entry);
              }
              for (int i = 0; i < all.size(); i += AT_ONCE) {
                List<Entry> part = List.copyOf(all.subList(i, Math.min(all.size(), i + AT_ONCE)));
                begun.add(remove(line, part));
              }
              return begun;
            });
    return all(parts)
        .thenApply(
            _ -> parts.stream().mapToLong(part -> part.toCompletableFuture().resultNow()).sum());
  }

  private CompletionStage<Integer> remove(Line line, List<Entry> part) {
    return state.changed(
        state.journal().remove(part),
        List.of(line.source),
        made -> {
          for (Entry entry : part) {
            if (made) {
              state.end(line, entry);
            } else {
              state.restore(line, entry);
            }
          }
        },
        part.size());
  }

  private static <T> CompletionStage<Void> all(List<CompletionStage<T>> stages) {
    return CompletableFuture.allOf(
        stages.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new));
  }
}
