package dev.mikcar.sql;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.common.settings.Units;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of sql, under the names of docs/settings.md.
 *
 * @param url the backend; empty: SQLite in the data folder
 * @param connections the most connections to the database at a time
 * @param patience how long a request waits for one
 * @param idle how long a connection that nobody uses stays open
 * @param lifetime how long any connection stays open
 * @param scriptTimeout how long a script may take
 * @param scriptMemory how much a script may allocate, bytes
 * @param scriptStatements how many statements of SQL a script may run
 */
record SqlSettings(
    Optional<String> url,
    int connections,
    Duration patience,
    Duration idle,
    Duration lifetime,
    Duration scriptTimeout,
    long scriptMemory,
    int scriptStatements) {

  /**
   * Reads and checks all of them.
   *
   * @param lookup gives a variable's text
   * @throws SettingException naming the first that cannot be used
   */
  static SqlSettings read(Function<String, Optional<String>> lookup) {
    Function<String, Optional<String>> text = name -> lookup.apply(name).filter(t -> !t.isBlank());
    return new SqlSettings(
        text.apply("DATABASE_URL").map(String::strip),
        number("SQL_POOL_SIZE", text, 10, 1000),
        duration("SQL_POOL_WAIT", text, Duration.ofSeconds(5)),
        duration("SQL_POOL_IDLE", text, Duration.ofMinutes(10)),
        duration("SQL_POOL_LIFETIME", text, Duration.ofMinutes(30)),
        duration("SQL_SCRIPT_TIMEOUT", text, Duration.ofSeconds(5)),
        text.apply("SQL_SCRIPT_MEMORY")
            .map(t -> Units.bytes("SQL_SCRIPT_MEMORY", t))
            .orElse(256L << 20),
        number("SQL_SCRIPT_STATEMENTS", text, 1000, 1_000_000));
  }

  private static Duration duration(
      String variable, Function<String, Optional<String>> text, Duration otherwise) {
    return text.apply(variable).map(t -> Units.duration(variable, t)).orElse(otherwise);
  }

  private static int number(
      String variable, Function<String, Optional<String>> text, int otherwise, int most) {
    Optional<String> given = text.apply(variable).map(String::strip);
    if (given.isEmpty()) {
      return otherwise;
    }
    if (given.get().matches("\\d{1,7}")) {
      int number = Integer.parseInt(given.get());
      if (number >= 1 && number <= most) {
        return number;
      }
    }
    throw new SettingException(
        variable, "'" + given.get() + "' is no such number", "a number from 1 to " + most);
  }
}
