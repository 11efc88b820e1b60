package dev.mikcar.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.ObjectStoreContract;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileObjectStoreTest extends ObjectStoreContract {
  @TempDir private Path temporary;
  private Path folder;
  private FileObjectStore store;

  @BeforeEach
  void open() {
    folder = temporary.resolve("store");
    store = new FileObjectStore(folder, new MemoryBudget());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void objectsAreThereAfterARestart() {
    // Given
    put("a/b", "kept");
    store.close();

    // When
    store = new FileObjectStore(folder, new MemoryBudget());

    // Then
    assertThat(get("a/b")).isEqualTo(bytes("kept"));
  }

  @Test
  void leftoversOfACrashAreCollected() throws IOException {
    // Given
    put("a", "x");
    store.close();
    Files.writeString(folder.resolve("tmp/leftover"), "half an obj");
    Files.createDirectory(folder.resolve("tmp/leftover-folder"));

    // When
    store = new FileObjectStore(folder, new MemoryBudget());
    put("b", "x");

    // Then
    try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aFileThatIsNoWholeObjectIsNotSeen() throws IOException {
    // Given
    put("whole", "content");
    byte[] file = Files.readAllBytes(folder.resolve("objects/whole"));
    for (int cut = 0; cut < file.length; cut++) {
      Files.write(folder.resolve("objects/cut"), Arrays.copyOf(file, cut));

      // Then
      assertThatThrownBy(() -> get("cut")).isInstanceOf(ApiException.NotFound.class);
    }
    assertThat(await(store.list(new Listing.Query("", 10, "", ""))).objects())
        .extracting(Listing.Item::location)
        .containsExactly("whole");
    put("cut", "mended");
    assertThat(get("cut")).isEqualTo(bytes("mended"));
  }

  @Test
  void emptyFoldersAreRemoved() throws IOException {
    // Given
    put("a/b/c/d", "x");
    put("a/x", "x");

    // When
    await(store.delete(path("a/b/c/d"), Condition.NONE));
    await(store.move(path("a/x"), path("y")));

    // Then
    try (Stream<Path> left = Files.list(folder.resolve("objects"))) {
      assertThat(left).extracting(p -> p.getFileName().toString()).containsExactly("y");
    }
  }

  @Test
  void aFolderBelongsToOneProcessAtATime() {
    // Given
    put("a", "x");
    FileObjectStore other = new FileObjectStore(folder, new MemoryBudget());

    // Then
    assertThatThrownBy(() -> await(other.ping()))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("already");
    other.close();
  }

  @Test
  void aFolderThatIsTakenAwayAndPutBackWorksAgain() throws IOException {
    // Given
    put("a", "kept");
    Path away = temporary.resolve("away");
    Files.move(folder, away);
    Files.createFile(folder);

    // Then
    assertThatThrownBy(() -> get("a")).isInstanceOf(ApiException.BackendUnavailable.class);
    assertThatThrownBy(() -> put("b", "x")).isInstanceOf(ApiException.BackendUnavailable.class);
    assertThatThrownBy(() -> await(store.ping()))
        .isInstanceOf(ApiException.BackendUnavailable.class);

    // When
    Files.delete(folder);
    Files.move(away, folder, StandardCopyOption.ATOMIC_MOVE);

    // Then
    assertThat(get("a")).isEqualTo(bytes("kept"));
    put("b", "x");
  }

  @Test
  void nobodyElseMayLookIntoIt() throws IOException {
    // Given
    put("a/b", "x");

    // Then
    try (Stream<Path> all = Files.walk(folder)) {
      assertThat(all)
          .hasSize(6)
          .allSatisfy(
              each ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                      .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------"));
    }
  }

  @Test
  void putAndDeleteInTheSameFolderDoNotDisturbEachOther() {
    // When: the folder comes and goes
    List<Integer> failed =
        IntStream.range(0, 400)
            .parallel()
            .filter(
                i -> {
                  put("busy/folder/" + i, "x");
                  await(store.delete(path("busy/folder/" + i), Condition.NONE));
                  put("busy/folder/" + i, "y");
                  boolean good = get("busy/folder/" + i).length == 1;
                  await(store.delete(path("busy/folder/" + i), Condition.NONE));
                  return !good;
                })
            .boxed()
            .toList();

    // Then
    assertThat(failed).isEmpty();
    assertThat(folder.resolve("objects/busy%")).doesNotExist();
  }

  @Test
  void aSymbolicLinkIsNotFollowed() throws IOException {
    // Given
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    put("in/x", "mine");
    put("victim", "x");
    Files.copy(folder.resolve("objects/victim"), outside.resolve("victim"));
    Files.createSymbolicLink(folder.resolve("objects/out%"), outside);
    Files.createSymbolicLink(folder.resolve("objects/link"), outside.resolve("victim"));

    // Then
    assertThatThrownBy(() -> get("out/victim")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> get("link")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> put("out/new", "x")).isInstanceOf(ApiException.class);
    assertThatThrownBy(() -> await(store.delete(path("out/victim"), Condition.NONE)))
        .isInstanceOf(ApiException.class);
    put("link", "replaces the link");
    assertThat(Files.isSymbolicLink(folder.resolve("objects/link"))).isFalse();
    assertThat(outside.resolve("victim")).exists();
    assertThat(outside.resolve("new")).doesNotExist();
  }

  @Test
  void aSymbolicLinkThatIsSwappedInMeanwhileIsNotFollowed() throws Exception {
    // Given
    Path outside = Files.createDirectory(temporary.resolve("outside"));
    put("swap/x", "inside");
    put("secret", "outside");
    Files.copy(folder.resolve("objects/secret"), outside.resolve("x"));
    byte[] before = Files.readAllBytes(outside.resolve("x"));
    Path inside = folder.resolve("objects/swap%");
    Path aside = temporary.resolve("aside");
    AtomicBoolean done = new AtomicBoolean();
    Thread swapper =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (!done.get()) {
                      Files.move(inside, aside);
                      Files.createSymbolicLink(inside, outside);
                      Files.delete(inside);
                      Files.move(aside, inside);
                    }
                  } catch (IOException e) {
                    // The store made a folder in the gap: the end of the swapping.
                  }
                });

    // When
    boolean leaked = false;
    for (int i = 0; i < 3000 && swapper.isAlive(); i++) {
      try {
        leaked |= !Arrays.equals(get("swap/x"), bytes("inside"));
        if (i % 10 == 0) {
          await(store.delete(path("swap/x"), Condition.NONE));
          put("swap/x", "inside");
        }
      } catch (ApiException e) {
        // Refused, which is right.
      }
    }
    done.set(true);
    swapper.join();

    // Then
    assertThat(leaked).isFalse();
    assertThat(Files.readAllBytes(outside.resolve("x"))).isEqualTo(before);
    try (Stream<Path> files = Files.list(outside)) {
      assertThat(files).hasSize(1);
    }
    assertThat(Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void aListingThatNobodyWaitsForEnds() throws Exception {
    // Given: names that are no objects, so that a page goes on and on
    put("a", "x");
    Path place = folder.resolve("objects");
    for (int i = 0; i < 50_000; i++) {
      Files.createFile(place.resolve("n" + i));
    }
    Uni<Listing> listing = store.list(new Listing.Query("", 10, "", ""));
    long begin = System.nanoTime();
    await(listing);
    Duration whole = Duration.ofNanos(System.nanoTime() - begin);

    // When
    for (int i = 0; i < 20; i++) {
      listing.subscribe().with(ignored -> {}, ignored -> {}).cancel();
    }
    Uni<Listing> last = store.list(new Listing.Query("", 10, "", ""));
    CompletableFuture<Listing> running = last.subscribeAsCompletionStage();
    begin = System.nanoTime();
    store.close();

    // Then: the store waits for what runs, and that is soon over
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(whole);
    assertThatThrownBy(running::join).hasCauseInstanceOf(ApiException.BackendUnavailable.class);
  }

  @Test
  void aLargeFolderIsListedPageByPage() {
    // Given
    int count = 3000;
    IntStream.range(0, count).parallel().forEach(i -> put("many/%05d".formatted(i), ""));

    // When
    List<String> seen = new ArrayList<>();
    String after = "";
    while (seen.size() < count) {
      Listing page = await(store.list(new Listing.Query("many/", 700, after, "")));
      page.objects().forEach(item -> seen.add(item.location()));
      if (page.nextOffset() == null) {
        break;
      }
      after = page.nextOffset();
    }

    // Then
    assertThat(seen).isEqualTo(IntStream.range(0, count).mapToObj("many/%05d"::formatted).toList());
  }
}
