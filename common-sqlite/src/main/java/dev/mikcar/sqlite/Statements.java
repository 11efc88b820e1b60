package dev.mikcar.sqlite;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Prepares the statements of a session, which are used by one thread at a time.
 *
 * @param <S> the session
 */
@FunctionalInterface
public interface Statements<S> {
  /** A session on a connection, which closes the statements when it is closed. */
  S prepare(Connection connection) throws SQLException;
}
