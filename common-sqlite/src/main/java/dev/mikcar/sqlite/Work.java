package dev.mikcar.sqlite;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What is done on a session, in one step with nothing between.
 *
 * @param <S> the session: statements that are prepared on a connection
 * @param <R> what the caller is told
 */
@FunctionalInterface
public interface Work<S, R extends @Nullable Object> {
  /**
   * Does it. Of writes: may be asked again when the commit that it was part of failed, so it keeps
   * nothing of its own from one time to the next.
   *
   * @throws SQLException as SQLite has it; the caller is told {@code BACKEND_UNAVAILABLE}
   * @throws RuntimeException what the caller is to be told; nothing is changed then
   */
  R on(S session) throws SQLException;

  /**
   * Of writes: what was done is on stable storage, and the caller is not told yet. On the thread
   * that writes, in the order of the writes. Does not block or fail.
   */
  default void committed(R result) {}

  /** Of writes: what was done is undone. As {@link #committed}. */
  default void undone() {}
}
