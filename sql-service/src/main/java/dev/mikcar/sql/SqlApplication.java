package dev.mikcar.sql;

import dev.mikcar.common.launch.Launcher;
import io.quarkus.runtime.annotations.QuarkusMain;

/** sql as an application of its own. Named, so that the gateway does not take it for its own. */
@QuarkusMain(name = "sql")
public final class SqlApplication {
  private SqlApplication() {}

  public static void main(String... args) {
    Launcher.runOne(SqlBackend.SERVICE, args);
  }
}
