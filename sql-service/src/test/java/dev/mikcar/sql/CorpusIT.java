package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** 400 statements, whose rows psql and sqlite3 agree on, through {@code /sql/query}. */
class CorpusIT {
  @Test
  void postgresAnswersTheCorpus() throws IOException {
    try (PostgresServer server = PostgresServer.start();
        SidecarProcess process =
            SidecarProcess.builder().env("DATABASE_URL", server.url()).start().awaitReady()) {
      check(process.client());
    }
  }

  @Test
  void sqliteAnswersTheCorpus() throws IOException {
    try (SidecarProcess process = SidecarProcess.builder().start().awaitReady()) {
      check(process.client());
    }
  }

  private static void check(HttpClient http) throws IOException {
    int checked = 0;
    for (Block block : blocks()) {
      Response answer =
          http.with("Content-Type", "application/json")
              .with("Accept", block.kind().equals("run") ? "application/json" : "text/csv")
              .post("/sql/query", "{\"sql\":" + WireContract.quoted(block.sql()) + "}");

      assertThat(answer.status()).as(block.sql() + ": " + answer.text()).isEqualTo(200);
      if (!block.kind().equals("run")) {
        List<String> rows =
            answer
                .text()
                .replace("\r", "")
                .lines()
                .skip(1)
                .map(CorpusIT::bare)
                .filter(row -> !row.isEmpty())
                .toList();
        if (block.kind().equals("any")) {
          assertThat(rows).as(block.sql()).containsExactlyInAnyOrderElementsOf(block.rows());
        } else {
          assertThat(rows).as(block.sql()).isEqualTo(block.rows());
        }
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(300);
  }

  /** Programs differ in what they quote; a row of one empty value is an empty line. */
  private static String bare(String row) {
    return row.replace("\"", "");
  }

  private static List<Block> blocks() throws IOException {
    try (InputStream in = CorpusIT.class.getResourceAsStream("/corpus.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      List<Block> blocks = new ArrayList<>();
      for (String block :
          text.replaceAll("(?m)^#.*\\n", "").strip().split("\\n\\n(?=run |rows |any )", -1)) {
        List<String> lines = block.lines().toList();
        int blank = lines.getFirst().indexOf(' ');
        blocks.add(
            new Block(
                lines.getFirst().substring(0, blank),
                lines.getFirst().substring(blank + 1),
                lines.stream().skip(1).map(CorpusIT::bare).filter(row -> !row.isEmpty()).toList()));
      }
      return blocks;
    }
  }

  /**
   * A statement.
   *
   * @param kind {@code run}, {@code rows} in their order, or {@code any} order
   * @param rows as CSV, without quotes
   */
  private record Block(String kind, String sql, List<String> rows) {}
}
