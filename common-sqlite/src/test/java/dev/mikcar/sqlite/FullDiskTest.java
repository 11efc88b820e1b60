package dev.mikcar.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.test.Await;
import dev.mikcar.test.SmallDisk;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk of 40 MiB, full. */
class FullDiskTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final byte[] LARGE = new byte[300_000];

  private SmallDisk disk;
  private SqliteFile file;
  private SqliteWriter<Lines> writer;

  @BeforeEach
  void mount() throws Exception {
    disk = SmallDisk.ofMebibytes(40);
    open();
  }

  private void open() throws Exception {
    file = SqliteFile.open(disk.path().resolve("data"), Lines.SCHEMA);
    writer = new SqliteWriter<>("test", file, Lines::new);
  }

  private void close() {
    writer.close();
    file.close();
  }

  @AfterEach
  void unmount() {
    close();
    disk.close();
  }

  @Test
  void everythingCanBeDeletedAndWrittenAgain() {
    int written = fill();
    assertThat(written).isGreaterThan(100);

    for (int i = 0; i < written; i++) {
      assertThat(remove(i)).isEqualTo(1);
    }

    Await.until("there is room again", LIMIT, this::isReady);
    assertThat(fill()).isGreaterThan(written - 5);
  }

  @Test
  void deletionsWorkWhenOthersTookAllThatWasLeft() throws Exception {
    int written = fill();
    disk.fill();

    for (int i = 0; i < written; i++) {
      assertThat(remove(i)).isEqualTo(1);
    }

    Await.until("there is room again", LIMIT, this::isReady);
  }

  @Test
  void deletionsWorkAfterAStartOnTheFullDisk() throws Exception {
    int written = fill();
    disk.fill();
    close();
    disk.fill();
    open();

    assertThat(remove(0)).isEqualTo(1);
    assertThat(remove(written - 1)).isEqualTo(1);
  }

  @Test
  void isNotReadyUntilThereIsRoomForWhatWasRefused() {
    fill();

    assertThat(isReady()).isFalse();

    remove(0);
    remove(1);
    // Small ones would fit, but what was refused does not.
    for (int i = 2; i < 40; i++) {
      remove(i);
    }
    Await.until("there is room", LIMIT, this::isReady);
    assertThat(put(1_000)).isEqualTo(1);
  }

  /** As many as fit. */
  private int fill() {
    int written = 0;
    try {
      while (written < 1_000) {
        put(written);
        written++;
      }
    } catch (CompletionException e) {
      assertThat(e).cause().isInstanceOf(ApiException.BackendUnavailable.class);
    }
    assertThatThrownBy(() -> put(2_000)).cause().hasMessageContaining("is full");
    return written;
  }

  private int put(long id) {
    return writer.submit(lines -> lines.put(id, LARGE), LARGE.length, Space.TAKES).join();
  }

  private int remove(long id) {
    return writer.submit(lines -> lines.remove(id), 0, Space.FREES).join();
  }

  private boolean isReady() {
    return writer.probe().handle((_, e) -> e == null).join();
  }
}
