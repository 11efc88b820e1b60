package dev.mikcar.common.launch;

import dev.mikcar.common.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** The services that are on the class path of this application: the build writes them down. */
public final class AvailableServices {
  /** Their names, one a line. */
  public static final String RESOURCE = "META-INF/mikcar-services";

  private AvailableServices() {}

  /** The content of the resource, in the order of the documentation. */
  public static byte[] write(Collection<String> services) {
    List<String> inOrder = Settings.SERVICES.stream().filter(services::contains).toList();
    if (inOrder.size() != services.size()) {
      throw new IllegalArgumentException(services + ": each must be one of " + Settings.SERVICES);
    }
    return String.join("\n", inOrder).getBytes(StandardCharsets.UTF_8);
  }

  static List<String> read() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    try (InputStream in = loader.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
