package dev.mikcar.sql.database;

import java.util.Locale;

/** How far a transaction is kept from others; at least that far, where a backend has no such. */
public enum Isolation {
  READ_COMMITTED,
  REPEATABLE_READ,
  SERIALIZABLE;

  /** As it is written in SQL. */
  public String sql() {
    return name().replace('_', ' ');
  }

  /** As it is written in the API. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
