package dev.mikcar.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteWriterTest {
  private static final byte[] BODY = new byte[100];

  @TempDir private Path folder;
  private SqliteFile file;
  private SqliteWriter<Lines> writer;
  private SqliteReaders<Lines> readers;

  @BeforeEach
  void open() throws Exception {
    file = SqliteFile.open(folder.resolve("data"), Lines.SCHEMA);
    writer = new SqliteWriter<>("test", file, Lines::new);
    readers = new SqliteReaders<>("test", file, Lines::new, 2);
  }

  @AfterEach
  void close() {
    writer.close();
    readers.close();
    file.close();
  }

  @Test
  void aReadSeesWhatWasAnswered() {
    put(1).join();

    int count = readers.read(Lines::count).join();

    assertThat(count).isEqualTo(1);
  }

  @Test
  void oneThatFailsInAGroupFailsAlone() throws Exception {
    // Given: the writer is busy, so that what comes then is one group.
    put(7).join();
    CountDownLatch busy = new CountDownLatch(1);
    CompletableFuture<Boolean> first =
        writer.submit(
            _ -> {
              awaitQuietly(busy);
              return true;
            },
            0,
            Space.TAKES);
    List<CompletableFuture<Integer>> group = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      group.add(put(i));
    }
    CompletableFuture<Integer> refused =
        writer.submit(
            lines -> {
              lines.put(100, BODY);
              throw new ApiException.Conflict("NO", "no");
            },
            0,
            Space.TAKES);

    // When
    busy.countDown();
    first.join();

    // Then
    for (int i = 0; i < 20; i++) {
      CompletableFuture<Integer> write = group.get(i);
      if (i == 7) {
        assertThatThrownBy(write::join).cause().isInstanceOf(ApiException.BackendUnavailable.class);
      } else {
        assertThat(write.join()).isEqualTo(1);
      }
    }
    assertThatThrownBy(refused::join).cause().isInstanceOf(ApiException.Conflict.class);
    assertThat(readers.read(Lines::count).join()).isEqualTo(20);
  }

  @Test
  void tellsTheWorkWhatBecameOfIt() {
    List<String> told = new ArrayList<>();
    Work<Lines, Integer> work =
        new Work<>() {
          @Override
          public Integer on(Lines lines) throws java.sql.SQLException {
            told.add("on");
            return lines.put(1, BODY);
          }

          @Override
          public void committed(Integer result) {
            told.add("committed " + result);
          }

          @Override
          public void undone() {
            told.add("undone");
          }
        };

    writer.submit(work, 0, Space.TAKES).join();
    CompletableFuture<Integer> again = writer.submit(work, 0, Space.TAKES);

    assertThatThrownBy(again::join).isInstanceOf(CompletionException.class);
    assertThat(told).containsExactly("on", "committed 1", "on", "undone");
  }

  @Test
  void refusesWritesThatTheHeapHasNoRoomFor() {
    CountDownLatch busy = new CountDownLatch(1);
    CompletableFuture<Boolean> first =
        writer.submit(
            _ -> {
              awaitQuietly(busy);
              return true;
            },
            0,
            Space.TAKES);
    int share = (int) Math.min(Runtime.getRuntime().maxMemory() / 8, Integer.MAX_VALUE);

    CompletableFuture<Integer> tooMuch =
        writer.submit(lines -> lines.put(1, BODY), share, Space.TAKES);

    assertThatThrownBy(tooMuch::join)
        .cause()
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("too many writes wait");
    busy.countDown();
    first.join();
    assertThat(put(2).join()).isEqualTo(1);
  }

  @Test
  void writesWhatWasSubmittedBeforeItsEnd() throws Exception {
    List<CompletableFuture<Integer>> writes = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      writes.add(put(i));
    }

    writer.close();

    assertThat(writes).allMatch(write -> write.join() == 1);
    assertThatThrownBy(put(9_999)::join).cause().isInstanceOf(ApiException.class);
    assertThat(readers.read(Lines::count).join()).isEqualTo(5_000);
  }

  @Test
  void doesNotWriteToAFileThatNobodyFindsAgain() throws Exception {
    put(1).join();
    Files.move(file.path(), folder.resolve("elsewhere"));

    assertThatThrownBy(put(2)::join).cause().isInstanceOf(ApiException.BackendUnavailable.class);
    assertThatThrownBy(writer.probe()::join).cause().isInstanceOf(ApiException.class);
  }

  private CompletableFuture<Integer> put(long id) {
    return writer.submit(lines -> lines.put(id, BODY), BODY.length, Space.TAKES);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
