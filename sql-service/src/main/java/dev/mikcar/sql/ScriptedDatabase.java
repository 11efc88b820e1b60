package dev.mikcar.sql;

import dev.mikcar.common.service.Backend;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.script.ScriptLimits;
import dev.mikcar.sql.script.Scripts;
import io.smallrye.mutiny.Uni;

/**
 * A database, and what runs scripts on it.
 *
 * @param database where statements run
 * @param scripts runs scripts, whose statements run there too
 */
public record ScriptedDatabase(SqlDatabase database, Scripts scripts) implements Backend {
  static ScriptedDatabase of(SqlDatabase database, ScriptLimits limits) {
    return new ScriptedDatabase(database, new Scripts(database, limits));
  }

  @Override
  public Uni<Void> ping() {
    return database.ping();
  }

  @Override
  public void close() {
    scripts.close();
    database.close();
  }
}
