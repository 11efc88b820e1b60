package dev.mikcar.gateway;

import dev.mikcar.common.launch.Launcher;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** The supercar: the services that the command line names, in one process. */
@QuarkusMain
public final class Gateway {
  private static final List<String> SERVICES = List.of("storage", "kv", "sql");

  private Gateway() {}

  public static void main(String... args) {
    Launcher.run(SERVICES, args);
  }
}
