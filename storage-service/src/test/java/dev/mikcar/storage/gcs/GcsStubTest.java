package dev.mikcar.storage.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.cloud.ReadChannel;
import com.google.cloud.WriteChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.CopyWriter;
import com.google.cloud.storage.HttpMethod;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stub before google-cloud-storage, a client that the sidecar does not use. */
class GcsStubTest {
  private static final int LARGE = (5 << 20) + 17;

  private static StubAccount account;

  @TempDir private Path folder;
  private GcsStub stub;
  private Storage client;
  private String bucket;

  @BeforeAll
  static void makeKey() throws Exception {
    account = new StubAccount();
  }

  @BeforeEach
  void start() throws Exception {
    stub = new GcsStub(folder, account);
    bucket = stub.newBucket();
    byte[] key = account.file(stub.root()).getBytes(StandardCharsets.UTF_8);
    client =
        StorageOptions.http()
            .setHost(stub.root())
            .setProjectId("project")
            .setCredentials(
                ServiceAccountCredentials.fromStream(new ByteArrayInputStream(key))
                    .createScoped("https://www.googleapis.com/auth/cloud-platform"))
            .build()
            .getService();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    stub.close();
  }

  private BlobId id(String name) {
    return BlobId.of(bucket, name);
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @Test
  void anObjectIsCreatedWithItsHeadersAndRead() {
    // Given
    BlobInfo info =
        BlobInfo.newBuilder(id("a/ä b+c%"))
            .setContentType("a/b")
            .setCacheControl("no-store")
            .setMetadata(Map.of("k", "v"))
            .build();

    // When
    Blob written = client.create(info, random(1000));

    // Then
    Blob found = client.get(id("a/ä b+c%"));
    assertThat(found.getGeneration()).isEqualTo(written.getGeneration());
    assertThat(found.getContentType()).isEqualTo("a/b");
    assertThat(found.getCacheControl()).isEqualTo("no-store");
    assertThat(found.getMetadata()).isEqualTo(Map.of("k", "v"));
    assertThat(found.getSize()).isEqualTo(1000);
    assertThat(client.readAllBytes(id("a/ä b+c%"))).isEqualTo(random(1000));
  }

  @Test
  void conditionsHoldOrAreRefused() {
    // Given
    BlobInfo info = BlobInfo.newBuilder(id("c")).build();
    Blob first = client.create(info, new byte[1], Storage.BlobTargetOption.doesNotExist());

    // Then
    assertStatus(
        412, () -> client.create(info, new byte[2], Storage.BlobTargetOption.doesNotExist()));
    assertStatus(
        412, () -> client.create(info, new byte[2], Storage.BlobTargetOption.generationMatch(1)));
    Blob second =
        client.create(
            info,
            new byte[2],
            Storage.BlobTargetOption.generationMatch(first.getGeneration()),
            Storage.BlobTargetOption.metagenerationMatch(first.getMetageneration()));
    assertStatus(
        412,
        () ->
            client.delete(
                id("c"), Storage.BlobSourceOption.generationMatch(first.getGeneration())));
    assertStatus(
        412,
        () ->
            client.readAllBytes(
                id("c"), Storage.BlobSourceOption.generationMatch(first.getGeneration())));
    assertThat(
            client.delete(
                id("c"), Storage.BlobSourceOption.generationMatch(second.getGeneration())))
        .isTrue();
    assertThat(client.delete(id("c"))).isFalse();
  }

  private static void assertStatus(int status, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.getCode()).isEqualTo(status));
  }

  @Test
  void anUploadInPiecesGoesOnAfterItsAnswersWereLost() throws IOException {
    // Given: one of the answers to pieces, that to the last one, and half of a piece is kept
    stub.loseAnswer(r -> r.header("Content-Range").orElse("").contains("-1048575/*"));
    stub.loseAnswer(r -> r.header("Content-Range").orElse("").endsWith("/" + LARGE));
    stub.uploads().keepAtMost(2);

    // When
    try (WriteChannel channel =
        client.writer(
            BlobInfo.newBuilder(id("large")).build(), Storage.BlobWriteOption.doesNotExist())) {
      channel.setChunkSize(1 << 20);
      ByteBuffer content = ByteBuffer.wrap(random(LARGE));
      while (content.hasRemaining()) {
        channel.write(content);
      }
    }

    // Then
    assertThat(client.readAllBytes(id("large"))).isEqualTo(random(LARGE));
    assertThat(stub.uploads().unfinished()).isZero();
  }

  @Test
  void whatTheStoreCannotDoNowIsRepeated() {
    // Given
    stub.refuse(1, 503, r -> r.path().contains("upload"));
    stub.refuse(1, 429, r -> r.path().contains("download"));

    // When
    client.create(
        BlobInfo.newBuilder(id("busy")).build(),
        random(10),
        Storage.BlobTargetOption.doesNotExist());

    // Then
    assertThat(client.readAllBytes(id("busy"))).isEqualTo(random(10));
  }

  @Test
  void rangesAreRead() throws IOException {
    // Given
    client.create(BlobInfo.newBuilder(id("range")).build(), random(100_000));

    // When
    byte[] part;
    try (ReadChannel channel = client.reader(id("range"))) {
      channel.seek(70_000);
      try (ReadChannel limited = channel.limit(80_000);
          InputStream in = Channels.newInputStream(limited)) {
        part = in.readAllBytes();
      }
    }

    // Then
    assertThat(part).isEqualTo(Arrays.copyOfRange(random(100_000), 70_000, 80_000));
  }

  @Test
  void aListingHasPagesPrefixesAndABeginning() {
    // Given
    for (String name : List.of("a/1", "a/2", "b", "c/1", "d", "😀", "\uFF5E")) {
      client.create(BlobInfo.newBuilder(id(name)).build(), new byte[1]);
    }

    // Then
    assertThat(names(Storage.BlobListOption.pageSize(2)))
        .containsExactly("a/1", "a/2", "b", "c/1", "d", "\uFF5E", "😀");
    assertThat(names(Storage.BlobListOption.delimiter("/"), Storage.BlobListOption.pageSize(1)))
        .containsExactly("a/", "b", "c/", "d", "\uFF5E", "😀");
    assertThat(
            names(Storage.BlobListOption.startOffset("b"), Storage.BlobListOption.endOffset("d")))
        .containsExactly("b", "c/1");
    assertThat(names(Storage.BlobListOption.prefix("a/"))).containsExactly("a/1", "a/2");
  }

  private List<String> names(Storage.BlobListOption... options) {
    return StreamSupport.stream(client.list(bucket, options).iterateAll().spliterator(), false)
        .map(Blob::getName)
        .toList();
  }

  @Test
  void aCopyMayTakeSeveralSteps() {
    // Given
    client.create(BlobInfo.newBuilder(id("from")).setContentType("a/b").build(), random(3_500_000));
    stub.objects().rewritingStep(1 << 20);

    // When
    CopyWriter copy =
        client.copy(
            Storage.CopyRequest.newBuilder()
                .setSource(id("from"))
                .setTarget(id("to"))
                .setMegabytesCopiedPerChunk(1L)
                .build());
    int steps = 1;
    while (!copy.isDone()) {
      copy.copyChunk();
      steps++;
    }

    // Then
    assertThat(steps).isEqualTo(4);
    assertThat(client.get(id("to")).getContentType()).isEqualTo("a/b");
    assertThat(client.readAllBytes(id("to"))).isEqualTo(random(3_500_000));
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertThat(client.get(id("missing"))).isNull();
    assertStatus(404, () -> client.readAllBytes(id("missing")));
    assertStatus(404, () -> client.create(BlobInfo.newBuilder("no-bucket", "a").build()));
    assertStatus(
        404, () -> client.copy(Storage.CopyRequest.of(bucket, "missing", id("to"))).getResult());
  }

  @Test
  void anotherContentThanItsChecksumIsRefused() {
    // Given
    BlobInfo wrong = BlobInfo.newBuilder(id("wrong")).setCrc32c("AAAAAA==").build();

    // Then
    assertStatus(400, () -> write(wrong, Storage.BlobWriteOption.crc32cMatch()));
    assertThat(client.get(id("wrong"))).isNull();
  }

  private void write(BlobInfo info, Storage.BlobWriteOption option) {
    try (WriteChannel channel = client.writer(info, option)) {
      channel.write(ByteBuffer.wrap(random(10)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void urlsThatTheClientSignsAreTakenAndOthersAreNot() throws Exception {
    // Given
    client.create(BlobInfo.newBuilder(id("s/ä b")).build(), new byte[] {'x'});
    URL url =
        client.signUrl(
            BlobInfo.newBuilder(id("s/ä b")).build(),
            1,
            TimeUnit.MINUTES,
            Storage.SignUrlOption.httpMethod(HttpMethod.GET),
            Storage.SignUrlOption.withHostName(stub.root()),
            Storage.SignUrlOption.withPathStyle(),
            Storage.SignUrlOption.withV4Signature());

    // Then
    assertThat(status("GET", url.toString())).isEqualTo(200);
    assertThat(status("PUT", url.toString())).isEqualTo(403);
    assertThat(status("GET", url.toString().replace("s/", "t/"))).isEqualTo(403);
    assertThat(status("GET", stub.root() + "/storage/v1/b/" + bucket + "/o")).isEqualTo(401);
  }

  private static int status(String method, String url) throws Exception {
    try (HttpClient stranger = HttpClient.newHttpClient()) {
      return stranger
          .send(
              HttpRequest.newBuilder(URI.create(url))
                  .method(method, HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
