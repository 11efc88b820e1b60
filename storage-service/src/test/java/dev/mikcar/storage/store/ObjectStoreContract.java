package dev.mikcar.storage.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every backend owes: an empty subclass a backend. Each test has the store to itself. */
public abstract class ObjectStoreContract {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ByteRange ALL = new ByteRange.All();

  /** The empty store of this test. */
  protected abstract ObjectStore store();

  /** Those of these names that the server of the test can have, and order, as the contract says. */
  protected List<String> possible(List<String> names) {
    return names;
  }

  protected static <T> T await(Uni<T> uni) {
    return uni.await().atMost(PATIENCE);
  }

  protected static ObjectPath path(String text) {
    return new ObjectPath(text);
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  protected static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  protected static Upload upload(byte[] content) {
    return upload(content, ObjectHeaders.ofType("text/plain"), Condition.NONE, true);
  }

  protected static Upload upload(
      byte[] content, ObjectHeaders headers, Condition condition, boolean lengthKnown) {
    return new Upload(
        headers, lengthKnown ? content.length : Upload.UNKNOWN, condition, chunks(content));
  }

  private static Multi<ByteBuffer> chunks(byte[] content) {
    int chunk = 60_000;
    return Multi.createFrom()
        .items(
            IntStream.range(0, Math.ceilDiv(content.length, chunk))
                .mapToObj(
                    i ->
                        ByteBuffer.wrap(
                            Arrays.copyOfRange(
                                content, i * chunk, Math.min(content.length, (i + 1) * chunk)))));
  }

  protected ObjectInfo put(String path, String content) {
    return await(store().put(path(path), upload(bytes(content))));
  }

  protected byte[] get(String path) {
    return get(path, ALL);
  }

  protected byte[] get(String path, ByteRange range) {
    ObjectBody body = await(store().get(path(path), range, null));
    byte[] content = read(body);
    assertThat(content).hasSize((int) body.slice().length());
    return content;
  }

  /** The content, by whatever way the store gives it. */
  protected static byte[] read(ObjectBody body) {
    return switch (body.content()) {
      case Content.InFile(var file, long position, long length) -> {
        try (file) {
          ByteBuffer content = ByteBuffer.allocate((int) length);
          while (content.hasRemaining()) {
            if (file.read(content, position + content.position()) < 0) {
              throw new AssertionError("the file is too short");
            }
          }
          yield content.array();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      case Content.Streamed(Multi<ByteBuffer> chunks) -> {
        List<ByteBuffer> all = await(chunks.collect().asList());
        ByteBuffer content =
            ByteBuffer.allocate(all.stream().mapToInt(ByteBuffer::remaining).sum());
        all.forEach(chunk -> content.put(chunk.duplicate()));
        yield content.array();
      }
    };
  }

  private static Condition onlyIf(String etag) {
    return new Condition(EntityTags.parse("If-Match", '"' + etag + '"'), null);
  }

  private static Condition absent() {
    return new Condition(null, EntityTags.parse("If-None-Match", "*"));
  }

  private Listing list(String prefix, int limit, String after, String delimiter) {
    return await(store().list(new Listing.Query(prefix, limit, after, delimiter)));
  }

  private static List<String> locations(Listing listing) {
    return listing.objects().stream().map(Listing.Item::location).toList();
  }

  private void assertAbsent(String path) {
    assertThatThrownBy(() -> await(store().head(path(path))))
        .isInstanceOf(ApiException.NotFound.class);
  }

  // ---- One object ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 60_000, 60_001, 1 << 20})
  void contentComesBackByteForByte(int size) {
    // Given
    byte[] content = random(size);

    // When
    ObjectInfo written = await(store().put(path("a/object"), upload(content)));

    // Then
    assertThat(written.size()).isEqualTo(size);
    assertThat(get("a/object")).isEqualTo(content);
    assertThat(await(store().head(path("a/object"))).size()).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100_000, 11 << 20})
  void contentOfUnknownLengthComesBackByteForByte(int size) {
    // Given
    byte[] content = random(size);
    Upload upload = upload(content, ObjectHeaders.ofType("a/b"), Condition.NONE, false);

    // When
    ObjectInfo written = await(store().put(path("unknown"), upload));

    // Then
    assertThat(written.size()).isEqualTo(size);
    assertThat(get("unknown")).isEqualTo(content);
  }

  @Test
  void headersComeBack() {
    // Given
    ObjectHeaders headers =
        new ObjectHeaders(
            "application/x-own;v=1",
            "max-age=60, public",
            "attachment; filename=\"a b.txt\"",
            "br",
            new TreeMap<>(Map.of("owner", "Ann: a, b; c=\"d\"", "two-words", "x", "empty", "")));

    // When
    ObjectInfo written =
        await(store().put(path("h"), upload(bytes("x"), headers, Condition.NONE, true)));

    // Then
    ObjectInfo found = await(store().head(path("h")));
    assertThat(found.headers()).isEqualTo(headers);
    assertThat(await(store().get(path("h"), ALL, null)).info().headers()).isEqualTo(headers);
    assertThat(found.etag()).isEqualTo(written.etag());
  }

  @Test
  void aWriteReplacesContentHeadersAndTag() {
    // Given
    ObjectInfo before = put("r", "old content");

    // When
    ObjectInfo after =
        await(
            store()
                .put(
                    path("r"),
                    upload(bytes("new"), ObjectHeaders.ofType("a/b"), Condition.NONE, true)));

    // Then
    assertThat(get("r")).isEqualTo(bytes("new"));
    assertThat(await(store().head(path("r"))).headers().contentType()).isEqualTo("a/b");
    assertThat(after.etag()).isNotEqualTo(before.etag());
  }

  @Test
  void itIsKnownWhenItWasWritten() {
    // When
    put("when", "x");

    // Then
    assertThat(await(store().head(path("when"))).lastModified())
        .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertAbsent("missing");
    assertThatThrownBy(() -> await(store().get(path("missing/too"), ALL, null)))
        .isInstanceOf(ApiException.NotFound.class);
    assertThatThrownBy(() -> await(store().delete(path("missing"), Condition.NONE)))
        .isInstanceOf(ApiException.NotFound.class);
    assertThatThrownBy(() -> await(store().copy(path("missing"), path("b"))))
        .isInstanceOf(ApiException.NotFound.class);
    assertThatThrownBy(() -> await(store().move(path("missing"), path("b"))))
        .isInstanceOf(ApiException.NotFound.class);
  }

  @Test
  void aDeletedObjectIsGone() {
    // Given
    put("d/e/f", "x");

    // When
    await(store().delete(path("d/e/f"), Condition.NONE));

    // Then
    assertAbsent("d/e/f");
    assertThat(locations(list("", 10, "", ""))).isEmpty();
  }

  @Test
  protected void anObjectAndOthersBelowItsNameExistTogether() {
    // When
    put("a", "object");
    put("a/b", "below");
    put("a/b/c", "further below");

    // Then
    assertThat(get("a")).isEqualTo(bytes("object"));
    assertThat(get("a/b")).isEqualTo(bytes("below"));
    assertThat(get("a/b/c")).isEqualTo(bytes("further below"));
    await(store().delete(path("a/b"), Condition.NONE));
    assertThat(get("a/b/c")).isEqualTo(bytes("further below"));
    assertThat(get("a")).isEqualTo(bytes("object"));
  }

  @Test
  void aBodyThatBreaksOffLeavesTheOldObject() {
    // Given
    put("kept", "old");
    Multi<ByteBuffer> broken =
        Multi.createBy()
            .concatenating()
            .streams(
                Multi.createFrom().item(() -> ByteBuffer.wrap(random(100_000))),
                Multi.createFrom().failure(new ApiException.BadRequest("the body broke off")));

    // When
    Upload knownLength = new Upload(ObjectHeaders.ofType("a/b"), 200_000, Condition.NONE, broken);
    Upload unknown =
        new Upload(ObjectHeaders.ofType("a/b"), Upload.UNKNOWN, Condition.NONE, broken);

    // Then
    assertThatThrownBy(() -> await(store().put(path("kept"), knownLength)))
        .isInstanceOf(ApiException.BadRequest.class)
        .hasMessageContaining("broke off");
    assertThatThrownBy(() -> await(store().put(path("kept"), unknown)))
        .isInstanceOf(ApiException.BadRequest.class);
    assertThatThrownBy(() -> await(store().put(path("new"), knownLength)))
        .isInstanceOf(ApiException.BadRequest.class);
    assertThat(get("kept")).isEqualTo(bytes("old"));
    assertAbsent("new");
  }

  @Test
  void writersAtTheSameTimeLeaveOneWholeObject() {
    // Given
    List<byte[]> contents = IntStream.range(1, 17).mapToObj(i -> random(i * 10_000)).toList();

    // When
    await(
        Uni.join()
            .all(contents.stream().map(c -> store().put(path("race"), upload(c))).toList())
            .andFailFast());

    // Then
    byte[] found = get("race");
    assertThat(contents).anySatisfy(content -> assertThat(found).isEqualTo(content));
  }

  // ---- Ranges ----------------------------------------------------------------------------------

  @Test
  void aPartOfTheContentComes() {
    // Given
    put("range", "0123456789");

    // Then
    assertThat(get("range", new ByteRange.Between(2, 4))).isEqualTo(bytes("234"));
    assertThat(get("range", new ByteRange.Between(7, Long.MAX_VALUE))).isEqualTo(bytes("789"));
    assertThat(get("range", new ByteRange.Between(0, 100))).isEqualTo(bytes("0123456789"));
    assertThat(get("range", new ByteRange.Last(3))).isEqualTo(bytes("789"));
    assertThat(get("range", new ByteRange.Last(30))).isEqualTo(bytes("0123456789"));
    ObjectBody body = await(store().get(path("range"), new ByteRange.Last(3), null));
    body.content().discard();
    assertThat(body.info().size()).isEqualTo(10);
    assertThat(body.slice()).isEqualTo(new ByteRange.Slice(7, 3));
  }

  @Test
  void aRangeBeyondTheEndIsRefused() {
    // Given
    put("range", "0123456789");
    put("empty", "");

    // Then
    assertUnsatisfiable("range", new ByteRange.Between(10, 20), 10);
    assertUnsatisfiable("range", new ByteRange.Last(0), 10);
    assertUnsatisfiable("empty", new ByteRange.Between(0, 1), 0);
  }

  private void assertUnsatisfiable(String path, ByteRange range, long size) {
    assertThatThrownBy(() -> await(store().get(path(path), range, null)))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(416);
              assertThat(e.headers()).containsEntry("Content-Range", "bytes */" + size);
            });
  }

  @Test
  void aRangeOfALargeObjectComesByteForByte() {
    // Given
    byte[] content = random(3 << 20);
    await(store().put(path("large"), upload(content)));

    // Then
    assertThat(get("large", new ByteRange.Between(1_234_567, 2_345_678)))
        .isEqualTo(Arrays.copyOfRange(content, 1_234_567, 2_345_679));
  }

  // ---- Conditions ------------------------------------------------------------------------------

  @Test
  void onlyTheObjectWithTheTagIsRead() {
    // Given
    String old = put("c", "old").etag();
    String now = put("c", "new").etag();

    // Then
    assertThat(read(await(store().get(path("c"), ALL, now)))).isEqualTo(bytes("new"));
    assertUnmet(store().get(path("c"), ALL, old));
    assertUnmet(store().get(path("c"), new ByteRange.Between(0, 1), old));
  }

  @Test
  void onlyTheObjectWithTheTagIsReplacedOrDeleted() {
    // Given
    String old = put("c", "old").etag();
    String now = put("c", "now").etag();

    // Then
    assertUnmet(putIf("c", "later", onlyIf(old)));
    assertUnmet(putIf("missing", "x", onlyIf(old)));
    assertUnmet(store().delete(path("c"), onlyIf(old)));
    assertThat(get("c")).isEqualTo(bytes("now"));
    assertAbsent("missing");
    String later = await(putIf("c", "later", onlyIf(now))).etag();
    assertThat(get("c")).isEqualTo(bytes("later"));
    await(store().delete(path("c"), onlyIf(later)));
    assertAbsent("c");
  }

  @Test
  void onlyANewObjectIsWritten() {
    // Given
    put("there", "old");

    // Then
    assertUnmet(putIf("there", "new", absent()));
    assertThat(get("there")).isEqualTo(bytes("old"));
    await(putIf("fresh", "new", absent()));
    assertThat(get("fresh")).isEqualTo(bytes("new"));
  }

  @Test
  void ofManyThatCreateAnObjectOneDoes() {
    // When
    List<Boolean> outcomes =
        await(
            Uni.join()
                .all(
                    IntStream.range(0, 16)
                        .mapToObj(
                            i ->
                                putIf("one", "from " + i, absent())
                                    .map(ignored -> true)
                                    .onFailure(ApiException.PreconditionFailed.class)
                                    .recoverWithItem(false))
                        .toList())
                .andFailFast());

    // Then
    assertThat(outcomes).filteredOn(created -> created).hasSize(1);
    assertThat(get("one")).isEqualTo(bytes("from " + outcomes.indexOf(true)));
  }

  private Uni<ObjectInfo> putIf(String path, String content, Condition condition) {
    return store()
        .put(path(path), upload(bytes(content), ObjectHeaders.ofType("a/b"), condition, true));
  }

  private static void assertUnmet(Uni<?> uni) {
    assertThatThrownBy(() -> await(uni)).isInstanceOf(ApiException.PreconditionFailed.class);
  }

  // ---- Copy, move, many ------------------------------------------------------------------------

  @Test
  void aCopyHasContentAndHeaders() {
    // Given
    ObjectHeaders headers =
        new ObjectHeaders("a/b", "no-store", null, null, new TreeMap<>(Map.of("k", "v")));
    await(store().put(path("from"), upload(random(200_000), headers, Condition.NONE, true)));
    put("to/x", "replaced");

    // When
    await(store().copy(path("from"), path("to/x")));

    // Then
    assertThat(get("to/x")).isEqualTo(random(200_000));
    assertThat(get("from")).isEqualTo(random(200_000));
    assertThat(await(store().head(path("to/x"))).headers()).isEqualTo(headers);
  }

  @Test
  void aMovedObjectIsElsewhere() {
    // Given
    put("from/x", "moved");
    put("to", "replaced");

    // When
    await(store().move(path("from/x"), path("to")));

    // Then
    assertThat(get("to")).isEqualTo(bytes("moved"));
    assertAbsent("from/x");
  }

  @Test
  void ontoItselfNothingHappens() {
    // Given
    put("self", "same");

    // When
    await(store().copy(path("self"), path("self")));
    await(store().move(path("self"), path("self")));

    // Then
    assertThat(get("self")).isEqualTo(bytes("same"));
  }

  @Test
  void eachOfManyDeletionsHasItsOutcome() {
    // Given
    put("one", "1");
    put("two", "2");

    // When
    var outcomes =
        await(store().deleteAll(List.of(path("one"), path("missing"), path("two"), path("one"))));

    // Then
    assertThat(outcomes).hasSize(3);
    assertThat(outcomes.get(path("one"))).isEmpty();
    assertThat(outcomes.get(path("two"))).isEmpty();
    assertThat(Objects.requireNonNull(outcomes.get(path("missing"))).orElseThrow())
        .isInstanceOf(ApiException.NotFound.class);
    assertThat(locations(list("", 10, "", ""))).isEmpty();
  }

  // ---- Listing ---------------------------------------------------------------------------------

  @Test
  void aListingSaysWhatHeadSays() {
    // Given
    put("l/1", "content");

    // When
    Listing listing = list("l/", 10, "", "");

    // Then
    ObjectInfo info = await(store().head(path("l/1")));
    assertThat(listing.objects()).hasSize(1);
    Listing.Item item = listing.objects().getFirst();
    assertThat(item.location()).isEqualTo("l/1");
    assertThat(item.size()).isEqualTo(7);
    assertThat(item.eTag()).isEqualTo('"' + info.etag() + '"');
    assertThat(item.lastModified().getEpochSecond())
        .isEqualTo(info.lastModified().getEpochSecond());
  }

  @Test
  void locationsAreInTheOrderOfTheirBytes() {
    // Given
    List<String> names =
        possible(
            List.of(
                "a", "a b", "a!", "a-b", "a/b", "a/b/c", "a0", "B", "b", "z", "é", "\uFF5E", "😀"));
    List<String> shuffled = new ArrayList<>(names);
    Collections.shuffle(shuffled, new Random(1));
    shuffled.forEach(name -> put(name, "x"));

    // When
    List<String> listed = locations(list("", 1000, "", ""));

    // Then
    assertThat(listed)
        .containsExactlyElementsOf(
            names.stream().map(ObjectPath::new).sorted().map(ObjectPath::text).toList());
  }

  @Test
  void pagesGoThroughAllOnce() {
    // Given
    List<String> names = IntStream.range(0, 25).mapToObj("p/%02d"::formatted).toList();
    names.forEach(name -> put(name, "x"));
    put("q", "x");

    // When
    List<String> seen = new ArrayList<>();
    String after = "";
    for (@Nullable String next = ""; next != null; ) {
      Listing page = list("p/", 10, after, "");
      assertThat(page.objects()).hasSizeLessThanOrEqualTo(10);
      seen.addAll(locations(page));
      next = page.nextOffset();
      after = Objects.requireNonNullElse(next, "");
    }

    // Then
    assertThat(seen).isEqualTo(names);
    assertThat(list("p/", 25, "", "").nextOffset()).isNull();
    assertThat(list("p/", 24, "", "").nextOffset()).isEqualTo("p/23");
  }

  @Test
  void aPrefixMayEndAnywhere() {
    // Given
    List.of("app", "apple/1", "apple/2", "apply", "b").forEach(name -> put(name, "x"));

    // Then
    assertThat(locations(list("app", 10, "", "")))
        .containsExactly("app", "apple/1", "apple/2", "apply");
    assertThat(locations(list("apple", 10, "", ""))).containsExactly("apple/1", "apple/2");
    assertThat(locations(list("apple/", 10, "", ""))).containsExactly("apple/1", "apple/2");
    assertThat(locations(list("apple/2", 10, "", ""))).containsExactly("apple/2");
    assertThat(locations(list("c", 10, "", ""))).isEmpty();
    assertThat(locations(list("", 10, "apple/1", ""))).containsExactly("apple/2", "apply", "b");
  }

  @Test
  void whatHasTheDelimiterIsListedByItsPrefix() {
    // Given
    List.of("a/1", "a/2/3", "b/1", "c-d/1", "d").forEach(name -> put(name, "x"));

    // When
    Listing all = list("", 10, "", "/");
    Listing below = list("a/", 10, "", "/");

    // Then
    assertThat(locations(all)).containsExactly("d");
    assertThat(all.prefixes()).containsExactly("a/", "b/", "c-d/");
    assertThat(locations(below)).containsExactly("a/1");
    assertThat(below.prefixes()).containsExactly("a/2/");
  }

  @Test
  protected void aDelimiterMayBeAnyText() {
    // Given
    List.of("a", "c-d/1", "c-e", "d--x").forEach(name -> put(name, "x"));

    // When
    Listing one = list("", 10, "", "-");
    Listing two = list("", 10, "", "--");

    // Then
    assertThat(locations(one)).containsExactly("a");
    assertThat(one.prefixes()).containsExactly("c-", "d-");
    assertThat(locations(two)).containsExactly("a", "c-d/1", "c-e");
    assertThat(two.prefixes()).containsExactly("d--");
  }

  @Test
  void pagesWithADelimiterGoThroughAllOnce() {
    // Given
    for (int i = 0; i < 6; i++) {
      put("d" + i + "/1", "x");
      put("d" + i + "/2", "x");
      put("o" + i, "x");
    }

    // When
    List<String> seen = new ArrayList<>();
    String after = "";
    for (@Nullable String next = ""; next != null; ) {
      Listing page = list("", 5, after, "/");
      seen.addAll(page.prefixes());
      seen.addAll(locations(page));
      next = page.nextOffset();
      after = Objects.requireNonNullElse(next, "");
    }

    // Then
    assertThat(seen)
        .containsExactly(
            "d0/", "d1/", "d2/", "d3/", "d4/", "d5/", "o0", "o1", "o2", "o3", "o4", "o5");
  }

  // ---- Names -----------------------------------------------------------------------------------

  @Test
  void namesComeBackAsTheyWere() {
    // Given: every printable character of ASCII, and what is easily taken for something else
    List<String> names = new ArrayList<>();
    for (char c = ' '; c < 0x7f; c++) {
      if (c != '/') {
        names.add("x" + c + "y");
      }
    }
    names.addAll(
        List.of(
            "e\u0301",
            "\u00e9",
            "A",
            "UPPER/lower",
            "upper/LOWER",
            "%41",
            "%2F",
            "a%b",
            "a+b",
            " a",
            "a ",
            "a.",
            ".hidden",
            "...",
            "a/.../b",
            "con",
            "a%",
            "a%+",
            "^a",
            "日本語/名前",
            "😀",
            "?",
            "a?b=c&d",
            "#",
            "a\\b",
            "~",
            "tab\u00a0"));
    ConcurrentLinkedQueue<String> unlike = new ConcurrentLinkedQueue<>();

    // When
    names.forEach(name -> put(name, "content of " + name));

    // Then
    names.forEach(
        name -> {
          if (!Arrays.equals(get(name), bytes("content of " + name))) {
            unlike.add(name);
          }
        });
    assertThat(unlike).isEmpty();
    assertThat(locations(list("", 1000, "", "")))
        .containsExactlyElementsOf(
            names.stream().distinct().map(ObjectPath::new).sorted().map(ObjectPath::text).toList());
  }

  @Test
  void namesMayBeAsLongAsPathsCanBe() {
    // Given
    List<String> all =
        List.of(
            "l".repeat(1024),
            "L".repeat(79),
            "L".repeat(80),
            "L".repeat(81),
            "L".repeat(80) + "/x",
            "L".repeat(80) + "!",
            "L".repeat(80) + "0",
            "L".repeat(160) + "/" + "é".repeat(100),
            "p/".repeat(100) + "p",
            "d".repeat(80) + ".",
            "d".repeat(80) + "..");
    List<String> names = possible(all);

    // When
    names.forEach(name -> put(name, name));

    // Then
    assertThat(names).allSatisfy(name -> assertThat(get(name)).isEqualTo(bytes(name)));
    assertThat(locations(list("", 1000, "", "")))
        .containsExactlyElementsOf(
            names.stream().map(ObjectPath::new).sorted().map(ObjectPath::text).toList());
  }

  @Test
  void itCanDoItsWork() {
    await(store().ping());
  }
}
