package dev.mikcar.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.ObjectStoreContract;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Multi;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class S3ObjectStoreTest extends ObjectStoreContract {
  private static final List<S3ObjectStore> STORES = new ArrayList<>();
  private static S3Server server;

  private String bucket;
  private S3ObjectStore store;

  @BeforeAll
  static void start() throws Exception {
    server = new S3Server();
  }

  /** All at once: a client takes two seconds to end. */
  @AfterAll
  static void stop() throws Exception {
    STORES.parallelStream().forEach(S3ObjectStore::close);
    STORES.clear();
    server.stop();
  }

  @BeforeEach
  void open() {
    bucket = server.newBucket();
    store = open(bucket);
  }

  private static S3ObjectStore open(String bucketAndPrefix) {
    S3ObjectStore opened =
        new S3ObjectStore(S3Bucket.parse(S3Server.rest(bucketAndPrefix, server.port())));
    STORES.add(opened);
    return opened;
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  /**
   * s3proxy keeps objects as files, so that {@code a} and {@code a/b} exclude each other, and
   * orders what is beyond U+FFFF by UTF-16. S3 itself does neither.
   */
  @Override
  protected List<String> possible(List<String> names) {
    return names.stream()
        .filter(name -> name.codePoints().allMatch(Character::isBmpCodePoint))
        .filter(name -> names.stream().noneMatch(other -> other.startsWith(name + "/")))
        .toList();
  }

  /** No test here, for the same reason. */
  @Override
  protected void anObjectAndOthersBelowItsNameExistTogether() {}

  /** No test here: s3proxy knows no delimiter but the slash. */
  @Override
  protected void aDelimiterMayBeAnyText() {}

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
            S3Bucket.parse(S3Server.rest(bucket, server.port()).replace("test-secret", "hush")));
    STORES.add(wrong);

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
