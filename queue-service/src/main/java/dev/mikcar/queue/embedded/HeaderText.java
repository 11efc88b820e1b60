package dev.mikcar.queue.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Headers as lines, a name and its value after the other: neither has a line break. */
final class HeaderText {
  private HeaderText() {}

  static String of(Map<String, String> headers) {
    List<String> lines = new ArrayList<>();
    headers.forEach(
        (name, value) -> {
          lines.add(name);
          lines.add(value);
        });
    return String.join("\n", lines);
  }

  static Map<String, String> parse(String text) {
    Map<String, String> headers = new TreeMap<>();
    if (!text.isEmpty()) {
      String[] lines = text.split("\n", -1);
      for (int i = 0; i < lines.length; i += 2) {
        headers.put(lines[i], lines[i + 1]);
      }
    }
    return headers;
  }
}
