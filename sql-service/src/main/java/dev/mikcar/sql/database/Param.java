package dev.mikcar.sql.database;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;

/** A parameter as it came; the backend makes of it what the statement wants at that place. */
public sealed interface Param {
  /** SQL's NULL. */
  Param NULL = new Null();

  /** See {@link #NULL}. */
  record Null() implements Param {}

  record Bool(boolean value) implements Param {}

  /** A number with every digit that was sent. */
  record Num(BigDecimal value) implements Param {
    /** Without an exponent where it is an integer, which is how databases read integers. */
    public String text() {
      return value.scale() <= 0 && value.precision() - value.scale() < 400
          ? value.toBigInteger().toString()
          : value.toString();
    }
  }

  record Text(String value) implements Param {}

  /** Bytes; not to be changed. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Bytes(byte[] value) implements Param {}

  /** An object or an array. */
  record Json(JsonNode value) implements Param {}
}
