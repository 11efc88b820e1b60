package dev.mikcar.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Google's client is packaged without what the sidecar does not use of it. What is missing is
 * wanted by packages alone that nothing leads to.
 */
class TrimmedClientIT {
  /** Another transport, and credentials as they were before google-auth-library. */
  private static final Set<String> UNUSED =
      Set.of(
          "com.google.api.client.googleapis.apache.v2",
          "com.google.api.client.googleapis.auth.oauth2",
          "com.google.api.client.googleapis.compute",
          "com.google.api.client.googleapis.testing.auth.oauth2",
          "com.google.api.client.http.apache",
          "com.google.api.client.testing.http.apache");

  /** Annotations, which need not be there. */
  private static final String ANNOTATIONS =
      "javax\\.annotation\\..*|com\\.google\\.api\\.core\\.(Internal|Obsolete)Api"
          + "|com\\.google\\.auto\\.value\\.AutoValue(\\$Builder)?";

  private static final Pattern MISSING =
      Pattern.compile("(?m)^ +(\\S+)\\.[^.\\s]+ +-> +(\\S+) +not found$");

  @Test
  void nothingThatIsUsedIsMissing() throws IOException {
    // Given
    Path libraries =
        Path.of(Objects.requireNonNull(System.getProperty("mikcar.app")))
            .resolveSibling("lib/main");
    List<Path> all = jars(libraries, "");
    List<Path> google =
        jars(libraries, "com\\.google\\.(api-client|apis|auth|http-client)\\..*|io\\.opencensus.*");

    // When
    String report = missing(all, google);

    // Then
    Set<String> wanting =
        MISSING
            .matcher(report)
            .results()
            .filter(m -> !m.group(2).matches(ANNOTATIONS))
            .map((MatchResult m) -> m.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(google).hasSizeGreaterThan(6);
    assertThat(wanting).isNotEmpty().isSubsetOf(UNUSED);
  }

  private static List<Path> jars(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> name.isEmpty() || file.getFileName().toString().matches(name))
          .sorted()
          .toList();
    }
  }

  private static String missing(List<Path> all, List<Path> of) {
    StringWriter report = new StringWriter();
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    String classPath =
        all.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    try (PrintWriter out = new PrintWriter(report)) {
      int code =
          jdeps.run(
              out,
              out,
              Stream.concat(
                      Stream.of("--multi-release", "25", "--missing-deps", "-cp", classPath),
                      of.stream().map(Path::toString))
                  .toArray(String[]::new));
      assertThat(code).isZero();
    }
    return report.toString();
  }
}
