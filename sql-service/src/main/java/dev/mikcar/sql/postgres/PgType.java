package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.Cell;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A type of the server.
 *
 * @param name as SQL writes it
 * @param kind how its values stand in JSON
 * @param element the type of the elements of an array; null for all others
 * @param delimiter what stands between the elements of an array
 */
record PgType(String name, Kind kind, @Nullable PgType element, char delimiter) {
  /** What there is between PostgreSQL and JSON; docs/sql-types.md is the list. */
  enum Kind {
    BOOL,
    INTEGER,
    FLOAT,
    BYTEA,
    JSON,
    TIMESTAMP,
    /** With an offset at its end: timestamptz, timetz. */
    ZONED,
    ARRAY,
    /** int2vector and oidvector: numbers with blanks between them. */
    VECTOR,
    /** Everything whose text form is its JSON form. */
    TEXT
  }

  static PgType plain(String name, Kind kind) {
    return new PgType(name, kind, null, ',');
  }

  static Kind kindOf(String typname) {
    return switch (typname) {
      case "bool" -> Kind.BOOL;
      case "int2", "int4", "int8", "oid" -> Kind.INTEGER;
      case "float4", "float8" -> Kind.FLOAT;
      case "bytea" -> Kind.BYTEA;
      case "json", "jsonb" -> Kind.JSON;
      case "timestamp" -> Kind.TIMESTAMP;
      case "timestamptz", "timetz" -> Kind.ZONED;
      case "int2vector", "oidvector" -> Kind.VECTOR;
      default -> Kind.TEXT;
    };
  }

  /** The cell of a value in the server's text form. */
  Cell read(String text) {
    return switch (kind) {
      case BOOL -> new Cell.Bool(text.equals("t"));
      case INTEGER -> new Cell.Int(Long.parseLong(text));
      case FLOAT -> new Cell.Real(Double.parseDouble(text));
      case BYTEA -> new Cell.Text(base64(text));
      case JSON -> new Cell.Json(text);
      case TIMESTAMP -> new Cell.Text(iso(text));
      case ZONED -> new Cell.Text(zoned(iso(text)));
      case ARRAY -> PgArray.read(text, this);
      case VECTOR -> PgArray.readVector(text);
      case TEXT -> new Cell.Text(text);
    };
  }

  /** From the hex form; a session whose bytea_output was changed sends another, kept as it is. */
  private static String base64(String text) {
    return text.startsWith("\\x")
        ? Base64.getEncoder().encodeToString(HexFormat.of().parseHex(text, 2, text.length()))
        : text;
  }

  /** {@code 2026-01-02 03:04:05} with a T; what has no digit there, such as infinity, stays. */
  private static String iso(String text) {
    int blank = text.indexOf(' ');
    return blank > 0 && text.endsWith(" BC") && text.indexOf(' ', blank + 1) < 0
        ? text
        : blank > 0 ? text.substring(0, blank) + 'T' + text.substring(blank + 1) : text;
  }

  /** {@code +02} with its minutes, which ISO 8601 wants when the time has them. */
  private static String zoned(String text) {
    int end = text.endsWith(" BC") ? text.length() - 3 : text.length();
    boolean short2 = end > 3 && (text.charAt(end - 3) == '+' || text.charAt(end - 3) == '-');
    return short2 && text.indexOf(':') > 0
        ? text.substring(0, end) + ":00" + text.substring(end)
        : text;
  }
}
