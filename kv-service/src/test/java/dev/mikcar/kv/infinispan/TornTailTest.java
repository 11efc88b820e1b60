package dev.mikcar.kv.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.kv.store.Condition;
import dev.mikcar.kv.store.Key;
import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.Ttl;
import dev.mikcar.kv.store.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk when a process dies in the middle of a write, made byte by byte. */
class TornTailTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Key KEY = Key.of("key");

  @TempDir private Path folder;

  @Test
  void findsTheAnsweredValueWhereverTheNextWriteWasCut() throws IOException {
    Path live = folder.resolve("live");
    KvStore store = EmbeddedInfinispan.inFolder(live);
    set(store, "answered");
    long answered = Files.size(log(live));
    set(store, "unanswered");
    long end = Files.size(log(live));
    // The folder as it is now is what SIGKILL leaves: the index was not saved.
    for (long cut = answered; cut < end; cut += 7) {
      Path dead = folder.resolve("dead-" + cut);
      copy(live, dead);
      truncate(log(dead), cut);

      KvStore again = EmbeddedInfinispan.inFolder(dead);

      try {
        assertThat(again.get(KEY).await().atMost(LIMIT).orElseThrow().value())
            .as("cut at %d of %d", cut, end)
            .isEqualTo(Value.text("answered"));
      } finally {
        again.close();
      }
    }
    store.close();
  }

  private static void set(KvStore store, String text) {
    store.set(KEY, Value.text(text), Ttl.none(), Condition.NONE).await().atMost(LIMIT);
  }

  private static Path log(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> logs =
          files.filter(f -> f.getFileName().toString().startsWith("ispn12.")).sorted().toList();
      return logs.getLast();
    }
  }

  private static void truncate(Path file, long size) throws IOException {
    try (var channel =
        java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
