package dev.mikcar.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.test.Connection;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All pages of a listing of many objects, by a JVM with a heap of 64 MiB, while objects are written
 * and deleted. {@code -Dmikcar.objects=1000000} takes as many.
 */
class ManyObjectsIT {
  private static final int COUNT = Integer.getInteger("mikcar.objects", 40_000);
  private static final int PAGE = 1000;
  private static final String OBJECT = "/storage/object/";
  private static final Pattern LOCATION = Pattern.compile("\"location\":\"([^\"]+)\"");
  private static final Pattern NEXT = Pattern.compile("\"next_offset\":\"([^\"]+)\"");

  @TempDir private Path data;
  private final SortedSet<String> expected = new TreeSet<>();

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, 1000})
  void areListedWhileTheyChange(int inOneFolder) throws IOException {
    // Given
    makeObjects(inOneFolder);
    try (SidecarProcess sidecar =
            SidecarProcess.builder()
                .env("STORAGE_URL", "file://" + data)
                .jvm("-Xmx64m", "-XX:+UseSerialGC")
                .start()
                .awaitReady();
        Connection connection = sidecar.client().open()) {

      // When
      List<String> listed = new ArrayList<>();
      List<Long> millis = new ArrayList<>();
      String offset = "";
      for (int page = 0; page == 0 || !offset.isEmpty(); page++) {
        long begin = System.nanoTime();
        String text = connection.send("GET", "/storage/list?offset=" + offset).text();
        millis.add(Duration.ofNanos(System.nanoTime() - begin).toMillis());
        listed.addAll(LOCATION.matcher(text).results().map(m -> m.group(1)).toList());
        Matcher next = NEXT.matcher(text);
        offset = next.find() ? next.group(1) : "";
        if (page % 10 == 5 && !offset.isEmpty()) {
          change(connection, listed.size(), inOneFolder);
        }
      }

      // Then
      assertThat(listed).isEqualTo(List.copyOf(expected));
      System.out.printf(
          "%d objects, %d in a folder: %d pages in %d ms, the first in %d, the slowest in %d, the"
              + " median %d%n",
          listed.size(),
          Math.min(inOneFolder, COUNT),
          millis.size(),
          millis.stream().mapToLong(Long::longValue).sum(),
          millis.getFirst(),
          millis.stream().mapToLong(Long::longValue).max().orElse(0),
          millis.stream().sorted().toList().get(millis.size() / 2));
    }
  }

  /** What is ahead of the listing comes and goes, and is seen so; behind it, nothing matters. */
  private void change(Connection connection, int listed, int inOneFolder) {
    String deleted = location(Math.min(listed + PAGE / 2, COUNT - 1), inOneFolder);
    String added = location(Math.min(listed + 2 * PAGE, COUNT - 1), inOneFolder) + "-added";
    String late = location(listed / 2, inOneFolder) + "-late";
    assertThat(connection.send("DELETE", OBJECT + deleted).status()).isEqualTo(200);
    for (String path : List.of(added, late)) {
      assertThat(connection.send("PUT", OBJECT + path, Map.of(), new byte[1]).status())
          .isEqualTo(201);
    }
    expected.remove(deleted);
    expected.add(added);
  }

  private static String location(int i, int inOneFolder) {
    return "folder-%04d/object-%07d".formatted(i / inOneFolder, i);
  }

  /** As the store would, but without waiting for the disk. */
  private void makeObjects(int inOneFolder) throws IOException {
    ByteBuffer trailer =
        Trailer.encode(
            new ObjectInfo(
                0, "0".repeat(32), Instant.EPOCH, ObjectHeaders.ofType("application/json")));
    for (int i = 0; i < COUNT; i++) {
      String location = location(i, inOneFolder);
      Place place = Place.of(new ObjectPath(location));
      Path folder = data.resolve("objects").resolve(String.join("/", place.folders()));
      if (i % inOneFolder == 0) {
        Files.createDirectories(folder);
      }
      try (FileChannel file =
          FileChannel.open(
              folder.resolve(place.file()),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE)) {
        assertThat(file.write(trailer.duplicate())).isEqualTo(trailer.remaining());
      }
      expected.add(location);
    }
  }
}
