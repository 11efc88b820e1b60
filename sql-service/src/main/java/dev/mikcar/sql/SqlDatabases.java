package dev.mikcar.sql;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.postgres.PostgresDatabase;
import dev.mikcar.sql.sqlite.SqliteDatabase;
import io.vertx.core.Vertx;
import java.net.URI;
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
    String url = settings.url().get();
    int colon = url.indexOf(':');
    String scheme = colon < 0 ? "" : url.substring(0, colon);
    String rest = url.substring(colon + 1);
    return switch (scheme) {
      case "postgres", "postgresql" -> {
        if (!rest.startsWith("//")) {
          throw new SettingException(VARIABLE, "there is no // after the scheme", ACCEPTED);
        }
        yield new SqlDatabases(
            "postgres",
            PostgresDatabase.at(
                vertx, rest.substring(2), settings.connections(), settings.patience()));
      }
      case "sqlite" ->
          rest.equals(":memory:") || rest.equals("//:memory:")
              ? new SqlDatabases("sqlite", SqliteDatabase.inMemory(settings.patience()))
              : sqlite(path(rest), settings);
      // Only the scheme is said: what follows it may hold a password.
      case "" -> throw new SettingException(VARIABLE, "it is no URL", ACCEPTED);
      default ->
          throw new SettingException(VARIABLE, "there is no backend '" + scheme + "'", ACCEPTED);
    };
  }

  private static SqlDatabases sqlite(Path file, SqlSettings settings) {
    return new SqlDatabases(
        "sqlite", SqliteDatabase.inFile(file, settings.connections(), settings.patience()));
  }

  /** Percent-decoded, as in any URL; {@code sqlite://file.db} is relative to the working folder. */
  private static Path path(String rest) {
    String after = rest.startsWith("//") ? rest.substring(2) : "";
    try {
      URI uri = URI.create("file:///x/" + after);
      if (!after.isBlank() && uri.getQuery() == null && uri.getFragment() == null) {
        return Path.of(uri.getPath().substring("/x/".length())).toAbsolutePath();
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new SettingException(VARIABLE, "what follows the scheme is no file", ACCEPTED);
  }
}
