package dev.mikcar.sql;

import dev.mikcar.common.health.BackendCheck;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.script.ScriptLimits;
import dev.mikcar.sql.script.Scripts;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Objects;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The database of this process and what runs scripts on it: there when sql runs. */
@Singleton
public class SqlBackend implements BackendCheck {
  /** The name of this service, and its path prefix. */
  static final String SERVICE = "sql";

  private static final String DEFAULT_FILE = "sql.db";

  private final Settings settings;
  private final Config config;
  private final Vertx vertx;
  private String scheme = "";
  private @Nullable SqlDatabase database;
  private @Nullable Scripts scripts;

  SqlBackend(Settings settings, Config config, Vertx vertx) {
    this.settings = settings;
    this.config = config;
    this.vertx = vertx;
  }

  void start(@Observes StartupEvent event) {
    if (settings.services().contains(SERVICE)) {
      SqlSettings sql = SqlSettings.read(name -> config.getOptionalValue(name, String.class));
      SqlDatabases chosen = SqlDatabases.choose(sql, settings.data().resolve(DEFAULT_FILE), vertx);
      scheme = chosen.scheme();
      database = new AuditedDatabase(chosen.database());
      scripts =
          new Scripts(
              database,
              new ScriptLimits(
                  sql.scriptTimeout(), sql.scriptMemory(), sql.scriptStatements(), sql.patience()));
    }
  }

  void stop(@Observes ShutdownEvent event) {
    if (scripts != null) {
      scripts.close();
    }
    if (database != null) {
      database.close();
    }
  }

  /** The database; sql must be running. */
  public SqlDatabase database() {
    return Objects.requireNonNull(database, "sql does not run in this process");
  }

  /** What runs scripts; sql must be running. */
  public Scripts scripts() {
    return Objects.requireNonNull(scripts, "sql does not run in this process");
  }

  @Override
  public String service() {
    return SERVICE;
  }

  @Override
  public String scheme() {
    return scheme;
  }

  @Override
  public Uni<Void> ping() {
    return database().ping();
  }
}
