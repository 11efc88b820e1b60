package dev.mikcar.sql.database;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.service.Backend;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.function.Function;

/**
 * The contract of a sql backend.
 *
 * <ul>
 *   <li><b>Atomicity.</b> A statement or a transaction that fails has changed nothing. When the
 *       connection breaks while a commit is under way, whether it happened is not known; that is
 *       the one failure after which a change may be there.
 *   <li><b>Durability.</b> What was answered as done is as durable as the database makes it.
 *   <li><b>Timeouts.</b> A statement that runs past its time is cancelled in the database.
 *   <li><b>Threads.</b> May be called from any thread, never blocks, may answer on any thread.
 *   <li><b>Errors.</b> Those of {@link SqlFailure}; {@link ApiException.BadRequest} when a
 *       parameter cannot be what the statement wants, {@link ApiException.BackendUnavailable} when
 *       there is no connection, {@link ApiException.BackendTimeout}.
 * </ul>
 */
public interface SqlDatabase extends Backend {
  /** Runs one statement; beyond {@link Options#maxRows} it fails, and has changed nothing. */
  Uni<Result> run(Statement statement, Options options);

  /**
   * Runs one statement that gives rows, of which any number are read in bounded memory. The first
   * chunk comes when the statement was accepted, and may have no rows. Whoever reads goes on to the
   * end or cancels, which ends the statement.
   */
  Multi<Chunk> stream(Statement statement, Options options);

  /**
   * Runs a transaction: committed when the work ends well, rolled back when it fails, or when one
   * of its statements did, even if the work took no notice.
   */
  <T> Uni<T> transaction(Options options, Function<Session, Uni<T>> work);

  /**
   * A table or view, by its name or {@code schema.name}; a name is looked for where statements look
   * for it.
   *
   * @throws ApiException.NotFound when there is none
   */
  Uni<Table> table(String name);

  /** Ends it; what runs is cut off. Blocks. */
  @Override
  void close();
}
