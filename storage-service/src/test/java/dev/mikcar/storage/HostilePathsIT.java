package dev.mikcar.storage;

import static dev.mikcar.storage.Objects.assertError;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths that want out of the folder, or into the machinery: refused, and nothing is touched. */
class HostilePathsIT {
  @TempDir private Path temporary;

  @Test
  void noPathLeavesTheFolder() throws IOException {
    // Given
    Path data = Files.createDirectory(temporary.resolve("data"));
    Files.writeString(temporary.resolve("secret"), "top secret");
    Set<String> hostile = corpus();
    assertThat(hostile).hasSizeGreaterThanOrEqualTo(200);
    try (SidecarProcess sidecar =
        SidecarProcess.builder().env("STORAGE_URL", "file://" + data).start()) {
      sidecar.awaitReady();
      List<String> before = tree();
      for (String path : hostile) {
        for (String method : List.of("GET", "PUT", "DELETE", "HEAD")) {
          // When
          byte[] body = {'x'};
          Response answer =
              method.equals("PUT")
                  ? sidecar.client().send(method, "/storage/object/" + path, Map.of(), body)
                  : sidecar.client().send(method, "/storage/object/" + path);

          // Then
          assertThat(answer.status()).as("%s of %s", method, path).isEqualTo(400);
          if (!method.equals("HEAD")) {
            assertError(answer, 400, "BAD_REQUEST");
          }
          assertThat(answer.text()).doesNotContain("top secret");
        }
      }
      assertThat(tree()).isEqualTo(before);
    }
  }

  private List<String> tree() throws IOException {
    try (Stream<Path> files = Files.walk(temporary)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  /** Every way to write a bad part, in every place of a path. */
  private static Set<String> corpus() {
    List<String> parts = new ArrayList<>();
    for (String dot : List.of(".", "%2e", "%2E")) {
      parts.add(dot);
      for (String other : List.of(".", "%2e", "%2E")) {
        parts.add(dot + other);
      }
    }
    Set<String> corpus = new LinkedHashSet<>();
    for (String part : parts) {
      for (String slash : List.of("/", "%2f", "%2F")) {
        corpus.add(part);
        corpus.add(part + slash + "secret");
        corpus.add("a" + slash + part + slash + "secret");
        corpus.add("a" + slash + part);
        corpus.add(part + slash + part + slash + "etc" + slash + "passwd");
      }
    }
    for (String slash : List.of("/", "%2f", "%2F")) {
      corpus.add(slash + "etc/passwd");
      corpus.add(slash + slash + "etc/passwd");
      corpus.add("a" + slash + slash + "b");
      corpus.add("a" + slash);
      corpus.add(slash);
    }
    for (String backslash : List.of("\\", "%5c", "%5C")) {
      corpus.add(backslash + "etc");
      corpus.add(backslash + backslash + "host" + backslash + "share");
    }
    for (int control = 0; control < 0x20; control++) {
      corpus.add("a%%%02xb".formatted(control));
    }
    corpus.add("a%7fb");
    corpus.add("a%00.txt");
    corpus.add("%00");
    corpus.addAll(
        List.of(
            "%c0%ae%c0%ae/secret",
            "%c0%af",
            "%e0%80%af",
            "%f0%80%80%af",
            "%c1%9c",
            "%fe",
            "%ff",
            "%ed%a0%80",
            "%ed%bf%bf",
            "%f4%90%80%80",
            "%80",
            "a%c3",
            "%",
            "%2",
            "%zz",
            "%u002e",
            "a%2",
            "%-1",
            "a".repeat(1025),
            "%c3%a9".repeat(513),
            ""));
    return corpus;
  }
}
