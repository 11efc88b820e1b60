package dev.mikcar.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Content;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectBody;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.ObjectStoreContract;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GcsObjectStoreTest extends ObjectStoreContract {
  private static final int PIECE = 8 << 20;

  private static StubAccount account;

  @TempDir private Path folder;
  private GcsStub stub;
  private Path key;
  private String bucket;
  private GcsObjectStore store;

  @BeforeAll
  static void makeKey() throws Exception {
    account = new StubAccount();
  }

  @BeforeEach
  void open() throws Exception {
    stub = new GcsStub(folder, account);
    key = Files.writeString(folder.resolve("key.json"), account.file(stub.root()));
    bucket = stub.newBucket();
    store = open(bucket);
  }

  @AfterEach
  void close() {
    store.close();
    stub.close();
  }

  private GcsObjectStore open(String bucketAndPrefix) {
    return new GcsObjectStore(
        GcsBucket.parse(bucketAndPrefix + "?endpoint=" + stub.root() + "&credentials=" + key),
        new MemoryBudget());
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  private static Upload unknown(int size) {
    return upload(random(size), ObjectHeaders.ofType("a/b"), Condition.NONE, false);
  }

  private static Predicate<StubRequest> piece(String end) {
    return request -> request.header("Content-Range").orElse("").endsWith(end);
  }

  // ---- Uploads ---------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + (256 << 10)})
  void uploadsOfTheSizeOfPiecesComeBack(int size) {
    // When
    await(store.put(path("large"), unknown(size)));

    // Then
    assertThat(get("large")).isEqualTo(random(size));
    assertThat(stub.uploads().unfinished()).isZero();
  }

  @Test
  void aLargeUploadGoesOnAfterFaults() {
    // Given: a lost answer to a piece and to the last one, half of a piece, a busy store
    int size = 2 * PIECE + 1000;
    stub.loseAnswer(piece((PIECE - 1) + "/*"));
    stub.loseAnswer(piece("/" + size));
    stub.refuse(1, 503, piece((2 * PIECE - 1) + "/*"));
    stub.uploads().keepAtMost(20);

    // When
    await(store.put(path("large"), unknown(size)));

    // Then
    assertThat(get("large")).isEqualTo(random(size));
  }

  @Test
  void aLargeUploadThatBreaksOffLeavesNothing() {
    // Given
    put("large", "old");
    Multi<ByteBuffer> broken =
        Multi.createBy()
            .concatenating()
            .streams(
                Multi.createFrom().item(() -> ByteBuffer.wrap(random(PIECE + 1))),
                Multi.createFrom().failure(new ApiException.BadRequest("the body broke off")));
    Upload upload = new Upload(ObjectHeaders.ofType("a/b"), Upload.UNKNOWN, Condition.NONE, broken);

    // Then
    assertThatThrownBy(() -> await(store.put(path("large"), upload)))
        .isInstanceOf(ApiException.BadRequest.class);
    assertThat(stub.uploads().unfinished()).isZero();
    assertThat(get("large")).isEqualTo(bytes("old"));
  }

  @Test
  void aLargeUploadIsWrittenOnlyIfItsConditionStillHoldsAtItsEnd() {
    // Given
    Condition absent = new Condition(null, EntityTags.parse("If-None-Match", "*"));
    Multi<ByteBuffer> slow =
        Multi.createFrom()
            .items(
                IntStream.range(0, 3)
                    .mapToObj(
                        i -> {
                          if (i == 2) {
                            put("raced", "first");
                          }
                          return ByteBuffer.wrap(random(PIECE));
                        }));

    // Then
    assertThatThrownBy(
            () ->
                await(
                    store.put(
                        path("raced"),
                        new Upload(ObjectHeaders.ofType("a/b"), Upload.UNKNOWN, absent, slow))))
        .isInstanceOf(ApiException.PreconditionFailed.class);
    assertThat(get("raced")).isEqualTo(bytes("first"));
    assertThat(stub.uploads().unfinished()).isZero();
  }

  @Test
  void whatCannotBeKnownToBeDoneIsSaid() {
    // Given: a write under a condition, and a deletion, whose answers are lost
    Condition absent = new Condition(null, EntityTags.parse("If-None-Match", "*"));
    put("gone", "x");
    stub.loseAnswer(request -> request.query().containsKey("ifGenerationMatch"));
    stub.loseAnswer(request -> request.method().equals("DELETE"));

    // Then
    assertThatThrownBy(
            () ->
                await(
                    store.put(
                        path("new"),
                        upload(bytes("x"), ObjectHeaders.ofType("a/b"), absent, true))))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("may have been done");
    assertThatThrownBy(() -> await(store.delete(path("gone"), Condition.NONE)))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("may have been done");
  }

  @Test
  void whatTheStoreCannotDoNowIsRepeatedForAWhile() {
    // Given
    stub.refuse(3, 503, request -> true);

    // When
    put("busy", "x");

    // Then
    stub.refuse(2, 429, request -> true);
    assertThat(get("busy")).isEqualTo(bytes("x"));
    stub.refuse(100, 503, request -> true);
    assertThatThrownBy(() -> get("busy")).isInstanceOf(ApiException.BackendUnavailable.class);
    stub.refuseNoMore();
    assertThat(get("busy")).isEqualTo(bytes("x"));
  }

  // ---- Reading ---------------------------------------------------------------------------------

  @Test
  void whoReadsGetsTheObjectItBeganWithOrAFailure() {
    // Given
    byte[] content = random(3 << 20);
    await(store.put(path("r"), upload(content)));
    ObjectBody body = await(store.get(path("r"), new ByteRange.All(), null));

    // When
    put("r", "new");

    // Then: the stub, as Google, goes on sending what it has begun to send
    assertThat(read(body)).isEqualTo(content);
  }

  @Test
  void aSlowReaderHoldsTheStoreBack() {
    // Given
    await(store.put(path("slow"), upload(random(32 << 20))));
    ObjectBody body = await(store.get(path("slow"), new ByteRange.All(), null));
    var subscriber = AssertSubscriber.<ByteBuffer>create(1);

    // When
    ((Content.Streamed) body.content()).bytes().subscribe().withSubscriber(subscriber);
    subscriber.awaitItems(1);
    subscriber.request(2);
    subscriber.awaitItems(3);

    // Then
    assertThat(subscriber.getItems()).hasSize(3);
    subscriber.cancel();
  }

  @Test
  void contentThatIsGzippedIsNotUnpackedByAnybody() throws Exception {
    // Given
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes("plain text ".repeat(1000)));
    }
    ObjectHeaders headers = new ObjectHeaders("text/plain", null, null, "gzip", new TreeMap<>());

    // When
    await(store.put(path("z"), upload(packed.toByteArray(), headers, Condition.NONE, true)));

    // Then
    assertThat(get("z")).isEqualTo(packed.toByteArray());
    assertThat(get("z", new ByteRange.Between(0, 1))).containsExactly(0x1f, 0x8b);
  }

  @Test
  void aChangeOfTheHeadersChangesTheTag() {
    // Given
    String before = put("h", "x").etag();

    // When
    stub.buckets().changeMetadata(bucket, "h", "cacheControl", "no-store");

    // Then
    String after = await(store.head(path("h"))).etag();
    assertThat(after).isNotEqualTo(before);
    Condition old = new Condition(EntityTags.parse("If-Match", '"' + before + '"'), null);
    assertThatThrownBy(() -> await(store.delete(path("h"), old)))
        .isInstanceOf(ApiException.PreconditionFailed.class);
    assertThatThrownBy(
            () ->
                await(
                    store.put(
                        path("h"), upload(bytes("y"), ObjectHeaders.ofType("a/b"), old, true))))
        .isInstanceOf(ApiException.PreconditionFailed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "\"1-1\", \"%s\"", "W/\"x\", \"%s\""})
  void conditionsThatTheStoreDoesNotHaveHoldToo(String tags) {
    // Given
    String etag = put("c", "old").etag();
    Condition match = new Condition(EntityTags.parse("If-Match", tags.formatted(etag)), null);
    Condition none = new Condition(null, EntityTags.parse("If-None-Match", tags.formatted(etag)));

    // Then
    assertThatThrownBy(() -> await(putIf("c", "new", none)))
        .isInstanceOf(ApiException.PreconditionFailed.class);
    assertThatThrownBy(() -> await(putIf("other", "new", match)))
        .isInstanceOf(ApiException.PreconditionFailed.class);
    await(putIf("c", "new", match));
    assertThat(get("c")).isEqualTo(bytes("new"));
    await(putIf("fresh", "new", none));
  }

  private Uni<ObjectInfo> putIf(String name, String content, Condition condition) {
    return store.put(
        path(name), upload(bytes(content), ObjectHeaders.ofType("a/b"), condition, true));
  }

  // ---- Copies and listings ---------------------------------------------------------------------

  @Test
  void aCopyMayTakeSeveralSteps() {
    // Given
    await(store.put(path("from"), upload(random(3_500_000))));
    stub.objects().rewritingStep(1 << 20);

    // When
    await(store.copy(path("from"), path("to")));
    await(store.move(path("to"), path("moved")));

    // Then
    assertThat(get("moved")).isEqualTo(random(3_500_000));
  }

  @Test
  void pagesAreWholeAlsoWhenThoseOfTheStoreAreShort() {
    // Given
    IntStream.range(0, 12).forEach(i -> put("p/" + (char) ('a' + i) + "/x", "x"));
    put("p/z", "x");
    stub.buckets().longestPage(3);

    // When
    Listing all = await(store.list(new Listing.Query("p/", 1000, "", "")));
    Listing some = await(store.list(new Listing.Query("p/", 7, "p/b/", "/")));

    // Then
    assertThat(all.objects()).hasSize(13);
    assertThat(all.nextOffset()).isNull();
    assertThat(some.prefixes())
        .containsExactly("p/c/", "p/d/", "p/e/", "p/f/", "p/g/", "p/h/", "p/i/");
    assertThat(some.nextOffset()).isEqualTo("p/i/");
  }

  @Test
  void aPageBeginsAfterWhateverNameTheLastOneEndedWith() {
    // Given
    List<String> names =
        List.of("a", "a b", "a!", "a/b", "a0", "ab", "a\uD7FF", "a\uE000", "a\uDBFF\uDFFFx");
    names.forEach(name -> put(name, "x"));
    String longest = "l".repeat(1024);
    put(longest, "x");
    put("m", "x");

    // When
    List<String> seen = new ArrayList<>();
    for (@Nullable String after = ""; after != null; ) {
      Listing page = await(store.list(new Listing.Query("", 1, after, "")));
      page.objects().forEach(item -> seen.add(item.location()));
      after = page.nextOffset();
    }

    // Then
    assertThat(seen).hasSize(names.size() + 2).doesNotHaveDuplicates().endsWith(longest, "m");
  }

  @Test
  void theTextAfterAllThatBeginsSoIsFound() {
    assertThat(GcsListing.beyond("a/")).isEqualTo("a0");
    assertThat(GcsListing.beyond("a\uD7FF")).isEqualTo("a\uE000");
    assertThat(GcsListing.beyond("a\uDBFF\uDFFF")).isEqualTo("b");
  }

  // ---- Credentials, signatures, settings -------------------------------------------------------

  @Test
  void itsOwnSignedUrlsWorkWithoutCredentials() throws Exception {
    // Given
    URI put = await(store.sign(path("s/ä b+%"), "PUT", Duration.ofMinutes(1))).orElseThrow();
    URI get = await(store.sign(path("s/ä b+%"), "GET", Duration.ofMinutes(1))).orElseThrow();

    // Then
    try (HttpClient stranger = HttpClient.newHttpClient()) {
      assertThat(send(stranger, put, "PUT", "signed").statusCode()).isEqualTo(200);
      assertThat(get("s/ä b+%")).isEqualTo(bytes("signed"));
      assertThat(send(stranger, get, "GET", "").body()).isEqualTo("signed");
      assertThat(send(stranger, get, "PUT", "x").statusCode()).isEqualTo(403);
    }
  }

  private static HttpResponse<String> send(HttpClient stranger, URI uri, String method, String body)
      throws Exception {
    return stranger.send(
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aTokenThatIsNoLongerGoodIsReplaced() {
    // Given
    put("t", "x");

    // When
    account.forgetTokens();

    // Then
    assertThat(get("t")).isEqualTo(bytes("x"));
  }

  @Test
  void wrongCredentialsAreSaidWithoutThem() throws Exception {
    // Given
    StubAccount other = new StubAccount();
    Files.writeString(key, other.file(stub.root()));
    GcsObjectStore wrong = open(bucket);

    // Then
    assertThatThrownBy(() -> await(wrong.list(new Listing.Query("", 10, "", ""))))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("credentials")
        .hasMessageNotContaining("KEY");
    wrong.close();
  }

  @Test
  void withoutCredentialsThereAreNoSignedUrlsOfTheStore() throws Exception {
    // Given
    try (GcsStub open = new GcsStub(Files.createDirectory(folder.resolve("open")), null)) {
      String name = open.newBucket();
      GcsObjectStore nobody =
          new GcsObjectStore(
              GcsBucket.parse(name + "?endpoint=" + open.root()), new MemoryBudget());

      // When
      await(nobody.put(path("a"), upload(bytes("x"))));

      // Then
      assertThat(await(nobody.sign(path("a"), "GET", Duration.ofMinutes(1)))).isEmpty();
      nobody.close();
    }
  }

  @Test
  void whatIsOutsideOfThePrefixIsNotSeen() {
    // Given
    put("outside", "x");
    GcsObjectStore inside = open(bucket + "/in/side");

    // When
    await(inside.put(path("a"), upload(bytes("inside"))));

    // Then
    assertThat(await(inside.list(new Listing.Query("", 10, "", ""))).objects())
        .extracting(Listing.Item::location)
        .containsExactly("a");
    assertThat(get("in/side/a")).isEqualTo(bytes("inside"));
    assertThatThrownBy(() -> await(inside.head(path("outside"))))
        .isInstanceOf(ApiException.NotFound.class);
    assertThatThrownBy(() -> await(inside.head(path("x".repeat(1020)))))
        .isInstanceOf(ApiException.BadRequest.class);
    inside.close();
  }

  @Test
  void aBucketThatIsNotThereIsSaid() {
    // Given
    GcsObjectStore missing = open("no-such-bucket");

    // Then
    assertThatThrownBy(() -> await(missing.ping()))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("bucket");
    assertThatThrownBy(() -> await(missing.put(path("a"), upload(bytes("x")))))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("bucket");
    missing.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "A",
        "bucket?what=1",
        "bucket?endpoint",
        "bucket?endpoint=",
        "bucket?endpoint=ftp://x",
        "bucket?endpoint=http://x/path",
        "bucket?endpoint=http://u:p@x",
        "bucket?credentials=/no/such/file",
        "bucket?credentials=%00"
      })
  void aUrlThatCannotBeUsedIsRefused(String rest) {
    assertThatThrownBy(() -> GcsBucket.parse(rest)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void credentialsAreNotSentToAnotherStoreUnlessThatIsSaid() {
    assertThat(GcsBucket.parse("bucket").credentials()).isEqualTo("default");
    assertThat(GcsBucket.parse("bucket?endpoint=http://x:1").credentials()).isEqualTo("none");
    assertThat(GcsBucket.parse("bucket?endpoint=http://x:1&credentials=default").credentials())
        .isEqualTo("default");
  }

  @Test
  void whoLeavesEarlyLeavesNoConnection() {
    // Given
    await(store.put(path("left"), upload(random(1 << 20))));

    // When: more often than there are connections
    for (int i = 0; i < Calls.AT_ONCE + 10; i++) {
      await(store.get(path("left"), new ByteRange.All(), null)).content().discard();
    }

    // Then
    assertThat(get("left")).hasSize(1 << 20);
  }
}
