package dev.mikcar.sql.postgres;

/** A column as the server describes it, with the number of its type. */
record PgColumn(String name, int type) {}
