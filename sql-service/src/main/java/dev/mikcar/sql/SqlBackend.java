package dev.mikcar.sql;

import dev.mikcar.common.service.Opener;
import dev.mikcar.common.service.Schemes;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.postgres.PostgresDatabase;
import dev.mikcar.sql.script.ScriptLimits;
import dev.mikcar.sql.sqlite.SqliteDatabase;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.Config;

/** The database of sql with what runs scripts on it, and what databases there are. */
@Singleton
public class SqlBackend extends ServiceBackend<ScriptedDatabase> {
  private static final String SQLITE = "sqlite";

  private final Vertx vertx;

  SqlBackend(Settings settings, Config config, Vertx vertx) {
    super(settings, config);
    this.vertx = vertx;
  }

  @Override
  protected Schemes<ScriptedDatabase> schemes() {
    SqlSettings sql = SqlSettings.read(this::setting);
    Path usual = data("sql.db");
    return Schemes.<ScriptedDatabase>of("DATABASE_URL", ":")
        .with(
            "postgres",
            "postgres://user:password@host:port/database",
            url -> scripted(postgres(url, sql), sql))
        .with("postgresql", "postgres", "", url -> scripted(postgres(url, sql), sql))
        .with(
            SQLITE, "sqlite:///file.db or sqlite::memory:", url -> scripted(sqlite(url, sql), sql))
        .otherwise(SQLITE, scripted(() -> inFile(usual, sql), sql));
  }

  private static Opener<ScriptedDatabase> scripted(
      Supplier<SqlDatabase> database, SqlSettings sql) {
    ScriptLimits limits =
        new ScriptLimits(
            sql.scriptTimeout(), sql.scriptMemory(), sql.scriptStatements(), sql.patience());
    return () -> ScriptedDatabase.of(new AuditedDatabase(database.get()), limits);
  }

  private Supplier<SqlDatabase> postgres(BackendUrl url, SqlSettings sql) {
    if (!url.rest().startsWith("//")) {
      throw url.unusable("there is no // after the scheme");
    }
    // Here, since it says what is wrong with the URL; it connects when it is used.
    SqlDatabase database =
        PostgresDatabase.at(
            vertx,
            url.rest().substring(2),
            sql.connections(),
            sql.patience(),
            sql.idle(),
            sql.lifetime());
    return () -> database;
  }

  private static Supplier<SqlDatabase> sqlite(BackendUrl url, SqlSettings sql) {
    String rest = url.rest();
    if (rest.equals(":memory:") || rest.equals("//:memory:")) {
      return () -> SqliteDatabase.inMemory(sql.patience());
    }
    Path file = url.path(rest.startsWith("//") ? rest.substring(2) : "", "file");
    return () -> inFile(file, sql);
  }

  private static SqlDatabase inFile(Path file, SqlSettings sql) {
    return SqliteDatabase.inFile(file, sql.connections(), sql.patience());
  }
}
