package dev.mikcar.sql;

import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.common.settings.SettingException;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.postgres.PostgresDatabase;
import dev.mikcar.sql.sqlite.SqliteDatabase;
import io.vertx.core.Vertx;
import java.nio.file.Path;

/**
 * The one place that knows the backends.
 *
 * @param scheme the backend's name, for health and logs
 * @param database it, not connected yet
 */
record SqlDatabases(String scheme, SqlDatabase database) {
  private static final String VARIABLE = "DATABASE_URL";
  private static final String ACCEPTED =
      "postgres://user:password@host:port/database, sqlite:///file.db or sqlite::memory:";

  /**
   * Chooses by the scheme of a URL.
   *
   * @param file where SQLite keeps its data when there is no URL
   * @throws SettingException when there is no such backend, or the URL is not of its form
   */
  static SqlDatabases choose(SqlSettings settings, Path file, Vertx vertx) {
    if (settings.url().isEmpty()) {
      return sqlite(file, settings);
    }
    BackendUrl url = BackendUrl.of(VARIABLE, ACCEPTED, settings.url().get(), ":");
    String rest = url.rest();
    return switch (url.scheme()) {
      case "postgres", "postgresql" -> {
        if (!rest.startsWith("//")) {
          throw url.unusable("there is no // after the scheme");
        }
        yield new SqlDatabases(
            "postgres",
            PostgresDatabase.at(
                vertx,
                rest.substring(2),
                settings.connections(),
                settings.patience(),
                settings.idle(),
                settings.lifetime()));
      }
      case "sqlite" ->
          rest.equals(":memory:") || rest.equals("//:memory:")
              ? new SqlDatabases("sqlite", SqliteDatabase.inMemory(settings.patience()))
              : sqlite(url.path(rest.startsWith("//") ? rest.substring(2) : "", "file"), settings);
      default -> throw url.unknown();
    };
  }

  private static SqlDatabases sqlite(Path file, SqlSettings settings) {
    return new SqlDatabases(
        "sqlite", SqliteDatabase.inFile(file, settings.connections(), settings.patience()));
  }
}
