package dev.mikcar.sql;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One record of a file of SQLite's <a
 * href="https://www.sqlite.org/sqllogictest/doc/trunk/about.wiki">sqllogictest</a>.
 *
 * @param kind what is expected of it
 * @param types of a query: a letter a column, {@code I}, {@code R} or {@code T}
 * @param sort of a query: {@code nosort}, {@code rowsort} or {@code valuesort}
 * @param expected its values, a line each, or one line with how many there are and their hash
 */
record LogicTest(Kind kind, String sql, String types, String sort, List<String> expected) {
  enum Kind {
    OK,
    ERROR,
    QUERY
  }

  /** The records of a file that are meant for an engine, such as {@code sqlite}. */
  static List<LogicTest> parse(String text, String engine) {
    List<LogicTest> records = new ArrayList<>();
    for (String block : text.replace("\r", "").split("\n(?:[ \t]*\n)+", -1)) {
      List<String> lines =
          new ArrayList<>(block.lines().filter(line -> !line.startsWith("#")).toList());
      boolean meant = true;
      while (!lines.isEmpty() && lines.getFirst().matches("(skipif|onlyif) .*")) {
        String[] words = lines.removeFirst().split("\\s+", -1);
        meant &= words[0].equals("onlyif") == words[1].equals(engine);
      }
      if (lines.isEmpty() || !meant) {
        continue;
      }
      if (lines.getFirst().startsWith("halt")) {
        break;
      }
      List<String> rest = lines.subList(1, lines.size());
      int divider = rest.indexOf("----");
      String sql = String.join("\n", divider < 0 ? rest : rest.subList(0, divider));
      String[] words = lines.getFirst().split("\\s+", -1);
      if (words[0].equals("statement")) {
        Kind kind = words[1].equals("ok") ? Kind.OK : Kind.ERROR;
        records.add(new LogicTest(kind, sql, "", "", List.of()));
      } else if (words[0].equals("query")) {
        records.add(
            new LogicTest(
                Kind.QUERY,
                sql,
                words[1],
                words.length > 2 ? words[2] : "nosort",
                divider < 0 ? List.of() : List.copyOf(rest.subList(divider + 1, rest.size()))));
      }
    }
    return records;
  }

  /** Whether these rows, written as the format wants values written, are what is expected. */
  boolean agrees(List<List<String>> rows) {
    List<List<String>> sorted = new ArrayList<>(rows);
    if (sort.equals("rowsort")) {
      sorted.sort((a, b) -> Arrays.compare(a.toArray(String[]::new), b.toArray(String[]::new)));
    }
    List<String> values = sorted.stream().flatMap(List::stream).collect(Collectors.toList());
    if (sort.equals("valuesort")) {
      Collections.sort(values);
    }
    if (expected.size() == 1 && expected.getFirst().matches("\\d+ values hashing to \\w+")) {
      return expected.getFirst().equals(values.size() + " values hashing to " + md5(values));
    }
    return values.equals(expected);
  }

  private static String md5(List<String> values) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      values.forEach(value -> digest.update((value + "\n").getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
