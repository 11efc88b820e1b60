package dev.mikcar.email;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The headers of {@link ReadMail}. */
final class SmtpHeaders {
  private SmtpHeaders() {}

  static List<String> all(JsonNode mail, String name) {
    List<String> values = new ArrayList<>();
    for (JsonNode header : mail.get("headers")) {
      if (header.get(0).asText().equalsIgnoreCase(name)) {
        values.add(header.get(1).asText());
      }
    }
    return values;
  }
}
