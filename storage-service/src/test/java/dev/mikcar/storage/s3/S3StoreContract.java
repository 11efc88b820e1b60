package dev.mikcar.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.ObjectStoreContract;
import dev.mikcar.storage.store.Upload;
import dev.mikcar.test.Await;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import io.smallrye.mutiny.subscription.Cancellable;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** What the store owes on every server that speaks S3: a subclass a server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class S3StoreContract extends ObjectStoreContract {
  private final List<S3ObjectStore> stores = new ArrayList<>();
  private S3TestServer server;

  private String bucket;
  private S3ObjectStore store;

  /** A server of its own. */
  abstract S3TestServer newServer() throws Exception;

  @BeforeAll
  void start() throws Exception {
    server = newServer();
  }

  /** All at once: a client takes two seconds to end. */
  @AfterAll
  void stop() throws Exception {
    stores.parallelStream().forEach(S3ObjectStore::close);
    stores.clear();
    server.stop();
  }

  @BeforeEach
  void open() {
    bucket = server.newBucket();
    store = open(bucket);
  }

  private S3ObjectStore open(String bucketAndPrefix) {
    return closedLater(
        new S3ObjectStore(S3Bucket.parse(server.rest(bucketAndPrefix)), new MemoryBudget()));
  }

  private S3ObjectStore open(String bucket, MemoryBudget memory, long copyPart) {
    return closedLater(new S3ObjectStore(S3Bucket.parse(server.rest(bucket)), memory, copyPart));
  }

  private S3ObjectStore closedLater(S3ObjectStore opened) {
    stores.add(opened);
    return opened;
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void whatIsOutsideOfThePrefixIsNotSeen() {
    // Given
    put("outside", "x");
    S3ObjectStore inside = open(bucket + "/in/side");

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
  void aLargeUploadThatBreaksOffLeavesNoParts() {
    // Given
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
    assertThat(server.unfinishedUploads(bucket)).isZero();
    assertThatThrownBy(() -> await(store.head(path("large"))))
        .isInstanceOf(ApiException.NotFound.class);
  }

  @Test
  void aLargeObjectIsCopiedInPartsWithItsHeaders() {
    // Given
    store = open(bucket, new MemoryBudget(), 5 << 20);
    byte[] content = random(12 << 20);
    TreeMap<String, String> meta = new TreeMap<>(Map.of("k", "v"));
    ObjectHeaders headers = new ObjectHeaders("a/b", "no-store", null, "zip", meta);
    await(
        store.put(
            path("from"),
            new Upload(
                headers,
                content.length,
                Condition.NONE,
                Multi.createFrom().item(ByteBuffer.wrap(content)))));

    // When
    await(store.copy(path("from"), path("to")));
    await(store.move(path("to"), path("moved")));

    // Then
    assertThat(get("moved")).isEqualTo(content);
    assertThat(await(store.head(path("moved"))).headers()).isEqualTo(headers);
    assertThat(get("from")).isEqualTo(content);
    assertThatThrownBy(() -> get("to")).isInstanceOf(ApiException.NotFound.class);
    assertThat(server.unfinishedUploads(bucket)).isZero();
  }

  @Test
  void aLargeCopyOfWhatWasReplacedMeanwhileLeavesNoParts() throws Exception {
    // Given
    await(store.put(path("from"), upload(random(12 << 20))));
    ObjectInfo old = await(store.head(path("from")));
    await(store.put(path("from"), upload(random(11 << 20))));
    try (S3AsyncClient client = S3Clients.client(S3Bucket.parse(server.rest(bucket)))) {

      // When
      S3Copy copy = new S3Copy(client, client, bucket, "from", "to", old, 5 << 20);

      // Then
      assertThatThrownBy(() -> await(copy.run())).isInstanceOf(Exception.class);
    }
    assertThat(server.unfinishedUploads(bucket)).isZero();
    assertThatThrownBy(() -> get("to")).isInstanceOf(ApiException.NotFound.class);
  }

  @Test
  void uploadsShareTheMemoryThereIs() {
    // Given: memory for one part, which an upload holds that does not end
    store = open(bucket, new MemoryBudget(7 << 20, Duration.ofMillis(100)), Long.MAX_VALUE);
    BroadcastProcessor<ByteBuffer> endless = BroadcastProcessor.create();
    AtomicBoolean isRead = new AtomicBoolean();
    Multi<ByteBuffer> body = endless.onSubscription().invoke(() -> isRead.set(true));
    Cancellable first =
        store
            .put(
                path("endless"),
                new Upload(ObjectHeaders.ofType("a/b"), Upload.UNKNOWN, Condition.NONE, body))
            .subscribe()
            .with(ignored -> {}, ignored -> {});
    Await.until("it is being read", Duration.ofSeconds(10), isRead::get);

    // Then: others wait for a while
    Upload chunked =
        new Upload(
            ObjectHeaders.ofType("a/b"),
            Upload.UNKNOWN,
            Condition.NONE,
            Multi.createFrom().item(() -> ByteBuffer.wrap(random(12 << 20))));
    assertThatThrownBy(() -> await(store.put(path("chunked"), chunked)))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("all the memory");
    put("small", "fits beside it");

    // When
    endless.onError(new ApiException.BadRequest("the body broke off"));

    // Then
    Await.until(
        "its memory is free",
        Duration.ofSeconds(10),
        () -> {
          try {
            return await(store.put(path("chunked"), chunked)).size() == 12 << 20;
          } catch (ApiException.BackendUnavailable e) {
            return false;
          }
        });
    first.cancel();
  }

  @Test
  void aDeletionIsForTheObjectThatWasJudged() {
    // Given
    put("a", "judged");

    // Then: the store of the tests knows the condition, as Amazon's does
    try (S3AsyncClient client = S3Clients.client(S3Bucket.parse(server.rest(bucket)))) {
      assertThatThrownBy(
              () -> client.deleteObject(d -> d.bucket(bucket).key("a").ifMatch("\"other\"")).join())
          .hasMessageContaining("412");
    }
  }

  @Test
  void itsOwnSignedUrlsWorkWithoutCredentials() throws Exception {
    // Given
    HttpClient stranger = HttpClient.newHttpClient();
    URI put = await(store.sign(path("s/ä b"), "PUT", Duration.ofMinutes(1))).orElseThrow();
    URI get = await(store.sign(path("s/ä b"), "GET", Duration.ofMinutes(1))).orElseThrow();

    // When
    int written =
        stranger
            .send(
                HttpRequest.newBuilder(put)
                    .PUT(HttpRequest.BodyPublishers.ofString("signed"))
                    .build(),
                HttpResponse.BodyHandlers.discarding())
            .statusCode();

    // Then
    assertThat(written).isEqualTo(200);
    assertThat(get("s/ä b")).isEqualTo(bytes("signed"));
    assertThat(
            stranger
                .send(HttpRequest.newBuilder(get).build(), HttpResponse.BodyHandlers.ofString())
                .body())
        .isEqualTo("signed");
    assertThat(
            stranger
                .send(
                    HttpRequest.newBuilder(get).DELETE().build(),
                    HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  void wrongCredentialsAreSaidWithoutThem() {
    // Given
    S3ObjectStore wrong =
        new S3ObjectStore(
            S3Bucket.parse(server.rest(bucket).replace(server.secret(), "hush")),
            new MemoryBudget());
    stores.add(wrong);

    // Then
    assertThatThrownBy(() -> await(wrong.list(new Listing.Query("", 10, "", ""))))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("credentials")
        .hasMessageNotContaining("hush");
  }

  @Test
  void aBucketThatIsNotThereIsSaid() {
    // Given
    S3ObjectStore missing = open("no-such-bucket");

    // Then
    assertThatThrownBy(() -> await(missing.ping()))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("bucket");
    assertThatThrownBy(() -> await(missing.put(path("a"), upload(bytes("x")))))
        .isInstanceOf(ApiException.BackendUnavailable.class)
        .hasMessageContaining("bucket");
  }
}
