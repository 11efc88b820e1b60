package dev.mikcar.kv;

import dev.mikcar.common.launch.Launcher;
import io.quarkus.runtime.annotations.QuarkusMain;

/** kv as an application of its own. Named, so that the gateway does not take it for its own. */
@QuarkusMain(name = "kv")
public final class KvApplication {
  private KvApplication() {}

  public static void main(String... args) {
    Launcher.runOne(KvBackend.SERVICE, args);
  }
}
