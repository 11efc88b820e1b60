package dev.mikcar.sql.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class LowPriorityTest {
  /** Of the fields of /proc/…/stat, counted from behind the name, see proc_pid_stat(5). */
  private static final int NICE = 16;

  @Test
  @EnabledOnOs(OS.LINUX)
  void aThreadIsTheNicestThereIs() throws Exception {
    CompletableFuture<Integer> number = new CompletableFuture<>();
    CountDownLatch end = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  number.complete(LowPriority.thisThread());
                  awaitQuietly(end);
                });
    try {
      LowPriority.give(number.get());

      String stat = Files.readString(Path.of("/proc/self/task/" + number.get() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      assertThat(fields[NICE]).isEqualTo("19");
    } finally {
      end.countDown();
      thread.join();
    }
  }

  private static void awaitQuietly(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
