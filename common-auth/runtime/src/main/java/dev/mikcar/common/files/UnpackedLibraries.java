package dev.mikcar.common.files;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/** The native libraries that the build unpacked beside jars, or the folder of their classes. */
public final class UnpackedLibraries {
  /** The name of their folder. */
  public static final String FOLDER = "native";

  private UnpackedLibraries() {}

  /**
   * A library, or a folder of some.
   *
   * @param user a class of the jar that it is beside
   * @param name its path in their folder
   * @return its absolute path; empty when there is none
   */
  public static Optional<Path> beside(Class<?> user, String name) {
    return home(user).map(home -> home.resolveSibling(FOLDER).resolve(name)).filter(Files::exists);
  }

  /** The folder of its classes or the jar that they are in. */
  private static Optional<Path> home(Class<?> user) {
    CodeSource source = user.getProtectionDomain().getCodeSource();
    try {
      return source == null || source.getLocation() == null
          ? Optional.empty()
          : Optional.of(Path.of(source.getLocation().toURI()).toAbsolutePath());
    } catch (URISyntaxException | RuntimeException e) {
      // Not a file: then nothing is beside it.
      return Optional.empty();
    }
  }
}
