package dev.mikcar.sql.postgres;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the server is to write values: the settings that {@link PgType} reads by. A session of our
 * own is told at its start. Behind a pooler, which refuses most of them there, each transaction is
 * told.
 */
final class PgFormats {
  /** In the startup message: what {@code RESET ALL} comes back to. */
  static final Map<String, String> OF_SESSION =
      Map.of("DateStyle", "ISO", "IntervalStyle", "iso_8601", "bytea_output", "hex");

  /** Statements that hold for the transaction that is open. */
  static final String OF_TRANSACTION =
      OF_SESSION.entrySet().stream()
          .map(s -> "; SET LOCAL " + s.getKey() + " TO '" + s.getValue() + "'")
          .sorted()
          .collect(Collectors.joining());

  /**
   * One statement that gives no row, for the flight that it is in. {@code SET LOCAL} outside of an
   * explicit transaction would warn, in the log of the server, each time.
   */
  private static final String OF_FLIGHT =
      OF_SESSION.entrySet().stream()
          .map(s -> "set_config('" + s.getKey() + "','" + s.getValue() + "',true) IS NULL")
          .sorted()
          .collect(Collectors.joining(" OR ", "SELECT 1 WHERE ", ""));

  private PgFormats() {}

  /** Puts it at the begin of a flight, which must hold no Sync but its last message. */
  static void begin(Frontend flight) {
    flight.parse("", OF_FLIGHT).bind("", List.of()).execute(0);
  }
}
