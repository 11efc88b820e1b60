package dev.mikcar.sqlite;

import java.util.List;

/**
 * The tables of a database file of ours.
 *
 * @param file its name in the folder
 * @param application its {@code application_id}, so that {@code file} and others can tell whose it
 *     is
 * @param versions the statements that lead from each version to the next, the first from nothing;
 *     only ever added to
 * @see <a href="https://sqlite.org/pragma.html#pragma_application_id">application_id</a>
 */
public record Schema(String file, int application, List<List<String>> versions) {
  public Schema {
    versions = versions.stream().map(List::copyOf).toList();
  }
}
