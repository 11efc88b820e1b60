package dev.mikcar.queue;

import dev.mikcar.common.launch.Launcher;
import io.quarkus.runtime.annotations.QuarkusMain;

/** queue as an application of its own. Named, so that the gateway does not take it for its own. */
@QuarkusMain(name = "queue")
public final class QueueApplication {
  private QueueApplication() {}

  public static void main(String... args) {
    Launcher.runOne("queue", args);
  }
}
