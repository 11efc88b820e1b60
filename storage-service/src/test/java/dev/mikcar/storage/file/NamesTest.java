package dev.mikcar.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamesTest {
  private static final int MOST = 2500;
  private static final Place.Name FIRST = new Place.Name(new byte[0]);

  @TempDir private Path path;
  private final Names names = new Names(MOST);
  private Directory folder;

  @BeforeEach
  void open() throws IOException {
    folder = Directory.open(path);
  }

  @AfterEach
  void close() throws IOException {
    folder.close();
  }

  @Test
  void moreNamesThanAreKeptComeInOrder() throws IOException {
    // Given
    int count = 2 * MOST + 5;
    make(count);

    // When
    List<String> all = readFrom(FIRST);

    // Then
    assertThat(all).isEqualTo(IntStream.range(0, count).mapToObj(NamesTest::name).toList());
  }

  @Test
  void aLargeFolderIsNotReadAgainForTheNextNames() throws IOException {
    // Given
    make(Names.AT_ONCE * 2);
    List<Place.Name> some = names.next(folder, "", FIRST, () -> {}).names();

    // When: nobody tells of it
    Files.createFile(path.resolve("x"));

    // Then
    assertThat(readFrom(some.getLast())).doesNotContain("x");
  }

  @Test
  void aSmallFolderIsReadAgain() throws IOException {
    // Given
    make(Names.AT_ONCE);
    assertThat(names.next(folder, "", FIRST, () -> {}).isEnd()).isTrue();

    // When
    Files.createFile(path.resolve("x"));

    // Then
    assertThat(readFrom(FIRST)).contains("x");
  }

  @Test
  void aNameThatIsAddedIsSeenAtItsPlace() throws IOException {
    // Given
    make(MOST + 10);
    assertThat(names.next(folder, "", FIRST, () -> {}).isEnd()).isFalse();

    // When
    for (String added : List.of(name(7) + "a", "!a", "x")) {
      Files.createFile(path.resolve(added));
      names.added(List.of(), added);
    }
    names.added(List.of("other%"), "not-here");

    // Then
    List<String> all = readFrom(FIRST);
    assertThat(all).startsWith("!a", name(0)).endsWith(name(MOST + 9), "x");
    assertThat(all).containsSubsequence(name(7), name(7) + "a", name(8)).doesNotContain("not-here");
    assertThat(all).hasSize(MOST + 13).doesNotHaveDuplicates();
  }

  @Test
  void whatIsAddedWhileItIsReadIsNotMissed() throws IOException {
    // Given
    make(Names.AT_ONCE * 3);

    // When: each looks for its own, while others add and read
    Set<String> missed = ConcurrentHashMap.newKeySet();
    IntStream.range(0, 600)
        .parallel()
        .forEach(
            i -> {
              String added = name(i * 5) + "-" + i;
              try {
                Files.createFile(path.resolve(added));
                names.added(List.of(), added);
                Place.Name from = Objects.requireNonNull(Place.Name.of(added));
                if (!names.next(folder, "", from, () -> {}).names().getFirst().equals(from)) {
                  missed.add(added);
                }
              } catch (IOException e) {
                missed.add(e.toString());
              }
            });

    // Then
    assertThat(missed).isEmpty();
    assertThat(readFrom(FIRST)).hasSize(Names.AT_ONCE * 3 + 600);
  }

  private static String name(int i) {
    return "%06d".formatted(i);
  }

  private void make(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Files.createFile(path.resolve(name(i)));
    }
  }

  private List<String> readFrom(Place.Name first) throws IOException {
    List<String> all = new ArrayList<>();
    Place.Name from = first;
    Names.Batch batch;
    do {
      batch = names.next(folder, "", from, () -> {});
      for (Place.Name name : batch.names()) {
        all.add(name.onDisk());
        from = name.successor();
      }
    } while (!batch.isEnd());
    return all;
  }
}
