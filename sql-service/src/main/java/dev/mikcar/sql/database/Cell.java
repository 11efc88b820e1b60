package dev.mikcar.sql.database;

import java.util.List;

/** One value of a row, as what it is in JSON. */
public sealed interface Cell {
  /** SQL's NULL. */
  Cell NULL = new Null();

  /** See {@link #NULL}. */
  record Null() implements Cell {}

  record Bool(boolean value) implements Cell {}

  /** An integer; beyond 2^53 either way JSON has it as a string. */
  record Int(long value) implements Cell {}

  /** A binary floating point number; JSON has what is no number, such as infinity, as a string. */
  record Real(double value) implements Cell {}

  /** Everything whose JSON form is a string. */
  record Text(String value) implements Cell {}

  /** A JSON document, which was valid where it comes from. */
  record Json(String document) implements Cell {}

  /** An array, of any number of dimensions. */
  record Array(List<Cell> items) implements Cell {}
}
