package dev.mikcar.sql.postgres;

import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.stream.IntStream;

/** The statements that are ready to be run in one session. Safe for any thread. */
final class Statements {
  /** How many stay prepared. */
  private static final int MOST = 256;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final PgConnection connection;
  private final Learned learned;

  /**
   * No other session of any process has it: a name that a pooler takes to the session of somebody
   * else is not known there. Names of the server are shorter than 64 characters.
   */
  private final String prefix;

  private int next;

  /** In the order of their use, the longest unused first. */
  private final LinkedHashMap<String, Prepared> prepared = new LinkedHashMap<>(16, 0.75f, true);

  Statements(PgConnection connection, Learned learned) {
    this.connection = connection;
    this.learned = learned;
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    prefix = "mikcar_" + HexFormat.of().formatHex(random) + "_";
  }

  synchronized String newName() {
    return prefix + Integer.toString(next++, Character.MAX_RADIX);
  }

  /** The session has none of them any more. */
  synchronized void forget() {
    prepared.clear();
  }

  /** Whether it was made ready by an earlier use, and nothing speaks against that. */
  synchronized boolean isReady(String sql) {
    Prepared known = prepared.get(sql);
    return known != null && learned.freshness().isFresh(sql, known.born());
  }

  /**
   * The statement, made ready; from then on for as long as it is used.
   *
   * @param anew whether what is known of it is not to be trusted
   */
  Future<Prepared> prepare(String sql, boolean anew) {
    Frontend flight = new Frontend();
    boolean shared = connection.isShared();
    String name;
    long born = learned.freshness().now();
    synchronized (this) {
      Prepared known = prepared.get(sql);
      if (known != null && !anew && learned.freshness().isFresh(sql, known.born())) {
        return Future.succeededFuture(known);
      }
      if (known != null) {
        prepared.remove(sql);
        giveUp(flight, known);
      } else if (prepared.size() >= MOST) {
        giveUp(flight, prepared.pollFirstEntry().getValue());
      }
      name = shared ? "" : newName();
    }
    flight.parse(name, sql).describeStatement(name).sync();
    return connection
        .send(flight, null)
        .compose(
            reply ->
                learned
                    .types()
                    .learn(
                        connection,
                        IntStream.concat(
                            IntStream.of(reply.parameters()),
                            reply.columns().stream().mapToInt(PgColumn::type)))
                    .map(
                        _ ->
                            keep(
                                Prepared.of(
                                    sql,
                                    name,
                                    reply.parameters(),
                                    reply.columns(),
                                    learned.types(),
                                    born))));
  }

  private static void giveUp(Frontend flight, Prepared statement) {
    if (!statement.isUnnamed()) {
      flight.closeStatement(statement.name());
    }
  }

  private synchronized Prepared keep(Prepared statement) {
    // Prepared twice at the same time: the other name is given up with the session.
    prepared.put(statement.sql(), statement);
    return statement;
  }
}
