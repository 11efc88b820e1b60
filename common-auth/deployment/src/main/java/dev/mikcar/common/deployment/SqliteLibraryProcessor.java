package dev.mikcar.common.deployment;

import dev.mikcar.common.files.UnpackedLibraries;
import io.quarkus.bootstrap.model.ApplicationModel;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.pkg.builditem.ArtifactResultBuildItem;
import io.quarkus.deployment.pkg.builditem.CurateOutcomeBuildItem;
import io.quarkus.deployment.pkg.builditem.JarBuildItem;
import io.quarkus.maven.dependency.ResolvedDependency;
import io.quarkus.paths.PathVisit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Unpacks SQLite's native libraries into the folder of a packaged application, beside the jars,
 * where SqliteLibrary looks for them. Else sqlite-jdbc unpacks one at every start into the
 * temporary folder, which may forbid it, and where a killed process leaves it.
 */
class SqliteLibraryProcessor {
  private static final String PACKED = "org/sqlite/native/";

  /** Those that a sidecar is run on: 6 MB together. */
  private static final List<String> PLATFORMS =
      List.of(
          "Linux/x86_64",
          "Linux/aarch64",
          "Linux-Musl/x86_64",
          "Linux-Musl/aarch64",
          "Mac/x86_64",
          "Mac/aarch64");

  @BuildStep
  ArtifactResultBuildItem unpack(JarBuildItem jar, CurateOutcomeBuildItem outcome) {
    Path libraries = jar.getLibraryDir();
    if (libraries != null && !jar.isUberJar()) {
      sqlite(outcome.getApplicationModel())
          .forEach(
              dependency ->
                  dependency
                      .getContentTree()
                      .walk(
                          visit ->
                              unpack(
                                  visit,
                                  libraries.resolve("main").resolve(UnpackedLibraries.FOLDER))));
    }
    return new ArtifactResultBuildItem(null, "sqlite-library", Map.of());
  }

  private static Stream<ResolvedDependency> sqlite(ApplicationModel model) {
    return model.getRuntimeDependencies().stream()
        .filter(
            d -> d.getGroupId().equals("org.xerial") && d.getArtifactId().equals("sqlite-jdbc"));
  }

  private static void unpack(PathVisit visit, Path folder) {
    String name = visit.getRelativePath("/");
    if (!name.startsWith(PACKED) || Files.isDirectory(visit.getPath())) {
      return;
    }
    Path target = folder.resolve(name.substring(PACKED.length()));
    if (PLATFORMS.stream().noneMatch(p -> target.startsWith(folder.resolve(p)))) {
      return;
    }
    try {
      Files.createDirectories(target.getParent());
      Files.copy(visit.getPath(), target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
