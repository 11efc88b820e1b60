package dev.mikcar.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobAsyncClient;
import com.azure.storage.blob.models.BlockListType;
import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.ObjectStoreContract;
import dev.mikcar.storage.store.Upload;
import dev.mikcar.test.Await;
import io.smallrye.mutiny.Multi;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AzureObjectStoreTest extends ObjectStoreContract {
  @TempDir private static Path folder;

  private static final List<AzureObjectStore> STORES = new ArrayList<>();
  private static AzureServer server;

  private String container;
  private AzureObjectStore store;

  @BeforeAll
  static void start() throws Exception {
    server = new AzureServer(folder);
  }

  @AfterAll
  static void stop() {
    STORES.forEach(AzureObjectStore::close);
    STORES.clear();
    server.close();
  }

  @BeforeEach
  void open() {
    container = server.newContainer();
    store = open(container);
  }

  private static AzureObjectStore open(String containerAndPrefix) {
    return open(containerAndPrefix, server.rest("", server.port()));
  }

  private static AzureObjectStore open(String containerAndPrefix, String options) {
    AzureObjectStore opened =
        new AzureObjectStore(
            AzureContainer.parse(containerAndPrefix + options), new MemoryBudget());
    STORES.add(opened);
    return opened;
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  /** Azurite orders what is beyond U+FFFF by UTF-16; nobody says how Azure itself does. */
  @Override
  protected List<String> possible(List<String> names) {
    return names.stream()
        .filter(name -> name.codePoints().allMatch(Character::isBmpCodePoint))
        .toList();
  }

  /** One character only: azurite takes no more for a delimiter, as Azure itself does. */
  @Override
  protected void aDelimiterMayBeAnyText() {
    // Given
    List.of("a", "c-d/1", "c-e", "d--x").forEach(name -> put(name, "x"));

    // When
    Listing listing = await(store.list(new Listing.Query("", 10, "", "-")));

    // Then
    assertThat(listing.objects()).extracting(Listing.Item::location).containsExactly("a");
    assertThat(listing.prefixes()).containsExactly("c-", "d-");
  }

  @Test
  void whatIsOutsideOfThePrefixIsNotSeen() {
    // Given
    put("outside", "x");
    AzureObjectStore inside = open(container + "/in/side");

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
  }

  @Test
  void whatAzureCannotNameIsRefused() {
    assertThatThrownBy(() -> await(store.head(path("p/".repeat(254) + "p"))))
        .isInstanceOf(ApiException.BadRequest.class)
        .hasMessageContaining("254");
    assertThatThrownBy(() -> await(store.head(path("a[\uDBFF\uDFFD"))))
        .isInstanceOf(ApiException.BadRequest.class);
  }

  @Test
  void everyNameAndValueOfMetadataComesBack() {
    // Given: what Azure or the way to it would change
    Map<String, String> meta =
        Map.of(
            "a-b", "1",
            "1st", "digit",
            "9", "",
            "a-1-b", "two  blanks",
            "encoded", "=?UTF-8?B?eA==?=",
            "x", "%41 \"quoted\", a; b=c",
            "long", "v".repeat(1500));
    ObjectHeaders headers = new ObjectHeaders("a/b", null, null, null, new TreeMap<>(meta));

    // When
    await(store.put(path("m"), upload(bytes("x"), headers, Condition.NONE, true)));
    await(store.put(path("large"), upload(random(9 << 20), headers, Condition.NONE, true)));
    await(store.copy(path("m"), path("copy")));

    // Then
    assertThat(await(store.head(path("m"))).headers()).isEqualTo(headers);
    assertThat(await(store.head(path("large"))).headers()).isEqualTo(headers);
    assertThat(await(store.head(path("copy"))).headers()).isEqualTo(headers);
    assertThat(server.container(container).getBlobAsyncClient("m").getProperties().block())
        .satisfies(
            found ->
                assertThat(found.getMetadata())
                    .containsEntry("a_b", "1")
                    .containsEntry("_1st", "digit"));
  }

  @Test
  void aLargeUploadGoesInBlocksAndIsReplacedWhole() {
    // Given
    byte[] content = random((9 << 20) + 1);
    Upload upload = upload(content, ObjectHeaders.ofType("a/b"), Condition.NONE, false);
    put("large", "old");

    // When
    ObjectInfo written = await(store.put(path("large"), upload));

    // Then
    assertThat(get("large")).isEqualTo(content);
    assertThat(await(store.head(path("large"))).etag()).isEqualTo(written.etag());
    assertThat(get("large", new ByteRange.Between(4_194_000, 8_388_700)))
        .isEqualTo(Arrays.copyOfRange(content, 4_194_000, 8_388_701));
    assertThat(committedBlocks("large")).isEqualTo(3);
  }

  @Test
  void aLargeUploadThatBreaksOffLeavesTheOldObject() {
    // Given
    put("large", "old");
    Multi<ByteBuffer> broken =
        Multi.createBy()
            .concatenating()
            .streams(
                Multi.createFrom().item(() -> ByteBuffer.wrap(random(12 << 20))),
                Multi.createFrom().failure(new ApiException.BadRequest("the body broke off")));
    Upload upload = new Upload(ObjectHeaders.ofType("a/b"), Upload.UNKNOWN, Condition.NONE, broken);

    // When
    assertThatThrownBy(() -> await(store.put(path("large"), upload)))
        .isInstanceOf(ApiException.BadRequest.class);

    // Then
    assertThat(get("large")).isEqualTo(bytes("old"));
  }

  private int committedBlocks(String name) {
    return Objects.requireNonNull(
            server
                .container(container)
                .getBlobAsyncClient(name)
                .getBlockBlobAsyncClient()
                .listBlocks(BlockListType.COMMITTED)
                .block())
        .getCommittedBlocks()
        .size();
  }

  @Test
  void conditionsHoldForLargeUploadsToo() {
    // Given
    String old = put("c", "old").etag();
    put("c", "now");
    Condition absent = new Condition(null, tags("If-None-Match", "*"));
    Condition onlyOld = new Condition(tags("If-Match", '"' + old + '"'), null);
    Condition onlyAny = new Condition(tags("If-Match", "*"), null);

    // Then
    for (Condition condition : List.of(absent, onlyOld)) {
      assertThatThrownBy(() -> await(store.put(path("c"), large(condition))))
          .isInstanceOf(ApiException.PreconditionFailed.class);
    }
    assertThat(get("c")).isEqualTo(bytes("now"));
    assertThatThrownBy(() -> await(store.put(path("none"), large(onlyAny))))
        .isInstanceOf(ApiException.PreconditionFailed.class);
    await(store.put(path("c"), large(onlyAny)));
    await(store.put(path("fresh"), large(absent)));
    assertThat(await(store.head(path("c"))).size()).isEqualTo(5 << 20);
    assertThat(await(store.head(path("fresh"))).size()).isEqualTo(5 << 20);
  }

  private static EntityTags tags(String header, String value) {
    return Objects.requireNonNull(EntityTags.parse(header, value));
  }

  private static Upload large(Condition condition) {
    return upload(random(5 << 20), ObjectHeaders.ofType("a/b"), condition, true);
  }

  @Test
  void whatIsReplacedDuringAMoveIsNotLost() {
    // Given
    put("from", "0");

    // When: one writes while the other moves
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 1; i <= 20; i++) {
                    put("from", Integer.toString(i));
                  }
                });
    try {
      await(store.move(path("from"), path("to")));
    } catch (ApiException.NotFound | ApiException.BackendUnavailable e) {
      // It lost the race each time; nothing may be lost by that.
    }
    Await.until("all is written", Duration.ofSeconds(30), () -> !writer.isAlive());

    // Then: the last one is where it was written, or where it was moved to
    List<String> found = new ArrayList<>();
    for (String name : List.of("from", "to")) {
      try {
        found.add(new String(get(name), StandardCharsets.UTF_8));
      } catch (ApiException.NotFound e) {
        // In one of them it is.
      }
    }
    assertThat(found).contains("20");
  }

  @Test
  void pagesOfManyEntriesOfAzureMakeOneOfOurs() {
    // Given
    List<String> names = IntStream.range(0, 60).mapToObj("n/%02d"::formatted).toList();
    names.forEach(name -> put(name, "x"));

    // Then
    assertThat(await(store.list(new Listing.Query("n/", 5, "n/52", ""))).objects())
        .extracting(Listing.Item::location)
        .containsExactly("n/53", "n/54", "n/55", "n/56", "n/57");
    assertThat(await(store.list(new Listing.Query("n/", 10, "n/52", ""))).nextOffset()).isNull();
    assertThat(await(store.list(new Listing.Query("n/", 7, "n/52", ""))).nextOffset()).isNull();
    assertThat(await(store.list(new Listing.Query("n/", 6, "n/52", ""))).nextOffset())
        .isEqualTo("n/58");
    // Between two of them, beyond all, and before the prefix
    assertThat(await(store.list(new Listing.Query("n/", 1, "n/52x", ""))).nextOffset())
        .isEqualTo("n/53");
    assertThat(await(store.list(new Listing.Query("n/", 1, "o", ""))).objects()).isEmpty();
    assertThat(await(store.list(new Listing.Query("n/", 60, "a", ""))).objects()).hasSize(60);
  }

  @Test
  void whatOthersPutThatIsNoPathIsNotListed() {
    // Given
    for (String name : List.of("a/", "b//c", "ok")) {
      BlobAsyncClient blob = server.container(container).getBlobAsyncClient(name);
      blob.upload(BinaryData.fromString("x")).block();
    }

    // Then
    assertThat(await(store.list(new Listing.Query("", 10, "", ""))).objects())
        .extracting(Listing.Item::location)
        .containsExactly("ok");
  }

  @Test
  void itsOwnSignedUrlsWorkWithoutCredentialsUntilTheyEnd() throws Exception {
    // Given
    HttpClient stranger = HttpClient.newHttpClient();
    URI put = await(store.sign(path("s/ä b\\"), "PUT", Duration.ofMinutes(1))).orElseThrow();
    URI get = await(store.sign(path("s/ä b\\"), "GET", Duration.ofMinutes(1))).orElseThrow();

    // When
    int written =
        stranger
            .send(
                HttpRequest.newBuilder(put)
                    .header("x-ms-blob-type", "BlockBlob")
                    .PUT(HttpRequest.BodyPublishers.ofString("signed"))
                    .build(),
                HttpResponse.BodyHandlers.discarding())
            .statusCode();

    // Then
    assertThat(written).isEqualTo(201);
    assertThat(get("s/ä b\\")).isEqualTo(bytes("signed"));
    assertThat(body(stranger, get)).isEqualTo("signed");
    assertThat(
            stranger
                .send(
                    HttpRequest.newBuilder(get).DELETE().build(),
                    HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(403);
    URI brief = await(store.sign(path("s/ä b\\"), "GET", Duration.ofSeconds(2))).orElseThrow();
    assertThat(body(stranger, brief)).isEqualTo("signed");
    Await.until(
        "the URL has ended",
        Duration.ofSeconds(10),
        () -> {
          try {
            return stranger
                    .send(
                        HttpRequest.newBuilder(brief).build(),
                        HttpResponse.BodyHandlers.discarding())
                    .statusCode()
                == 403;
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  private static String body(HttpClient client, URI uri) throws Exception {
    return client
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void aSignatureIsACredentialToo() {
    // Given: that of an account, as a connection string may have it
    put("a", "x");
    String signature =
        server
            .container(container)
            .getServiceAsyncClient()
            .generateAccountSas(
                new AccountSasSignatureValues(
                    OffsetDateTime.now(ZoneOffset.UTC).plusHours(1),
                    AccountSasPermission.parse("rwdlac"),
                    AccountSasService.parse("b"),
                    AccountSasResourceType.parse("sco")));
    AzureObjectStore signed =
        open(
            container,
            "?connection_string="
                + AzureServer.encoded(
                    "BlobEndpoint="
                        + server.endpoint(server.port())
                        + ";SharedAccessSignature="
                        + signature));

    // When
    await(signed.copy(path("a"), path("b")));
    await(signed.put(path("c"), upload(random(5 << 20))));

    // Then
    assertThat(read(await(signed.get(path("b"), new ByteRange.All(), null)))).isEqualTo(bytes("x"));
    assertThat(get("c")).hasSize(5 << 20);
    assertThat(await(signed.list(new Listing.Query("", 10, "", ""))).objects()).hasSize(3);
    assertThat(await(signed.sign(path("a"), "GET", Duration.ofMinutes(1)))).isEmpty();
  }

  @Test
  void wrongCredentialsAreSaidWithoutThem() {
    // Given
    AzureObjectStore wrong =
        open(
            container,
            server
                .rest("", server.port())
                .replace(AzureServer.encoded(server.key()), AzureServer.encoded("aHVzaA==")));

    // Then
    assertThatThrownBy(() -> await(wrong.list(new Listing.Query("", 10, "", ""))))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("credentials")
        .hasMessageNotContaining("aHVzaA");
  }

  @Test
  void aContainerThatIsNotThereIsSaid() {
    // Given
    AzureObjectStore missing = open("no-such-container");

    // Then
    assertThatThrownBy(() -> await(missing.ping()))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("container");
    assertThatThrownBy(() -> await(missing.put(path("a"), upload(bytes("x")))))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("container");
    assertThatThrownBy(() -> await(missing.get(path("a"), new ByteRange.All(), null)))
        .isInstanceOf(ApiException.BackendUnavailable.class);
    assertThatThrownBy(() -> await(missing.head(path("a"))))
        .isInstanceOf(ApiException.BackendUnavailable.class);
  }
}
