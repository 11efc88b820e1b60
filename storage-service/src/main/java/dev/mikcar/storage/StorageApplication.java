package dev.mikcar.storage;

import dev.mikcar.common.launch.Launcher;
import io.quarkus.runtime.annotations.QuarkusMain;

/**
 * storage as an application of its own. Named, so that the gateway does not take it for its own.
 */
@QuarkusMain(name = "storage")
public final class StorageApplication {
  private StorageApplication() {}

  public static void main(String... args) {
    Launcher.runOne(StorageBackend.SERVICE, args);
  }
}
