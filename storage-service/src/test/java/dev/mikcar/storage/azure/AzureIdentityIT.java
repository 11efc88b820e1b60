package dev.mikcar.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sidecar without a key, before azurite with TLS, which looks at who a token is for, from whom
 * and until when, not at its signature. It gets its token as a service of Azure does: from an
 * endpoint of the platform, here a stub.
 */
class AzureIdentityIT {
  private static final String PASSWORD = "changeit";
  private static final Pattern URL = Pattern.compile("\"url\":\"([^\"]+)\"");

  @TempDir private Path folder;

  @Test
  void aManagedIdentityReadsWritesCopiesAndSigns() throws Exception {
    // Given
    Path store = certificate();
    AtomicInteger tokens = new AtomicInteger();
    HttpServer platform =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    platform.createContext("/token", exchange -> answer(exchange, tokens));
    platform.start();
    try (AzureServer server =
            new AzureServer(
                folder, "--oauth", "basic", "--cert", store.toString(), "--pwd", PASSWORD);
        SidecarProcess sidecar =
            SidecarProcess.builder()
                .env("STORAGE_URL", url(server))
                .env(
                    "IDENTITY_ENDPOINT",
                    "http://127.0.0.1:" + platform.getAddress().getPort() + "/token")
                .env("IDENTITY_HEADER", "secret-of-the-platform")
                // Azurite knows no newer form of signatures by such keys; a setting of the client.
                .env("AZURE_STORAGE_SAS_SERVICE_VERSION", "2025-11-05")
                .jvm(
                    "-Djavax.net.ssl.trustStore=" + store,
                    "-Djavax.net.ssl.trustStorePassword=" + PASSWORD)
                .start()) {
      HttpClient http = sidecar.client();
      HttpClient json = http.with("Content-Type", "application/json");
      createContainer(server, store);
      sidecar.awaitReady();

      // When
      Response put = http.put("/storage/object/a", "content");
      Response copy = json.post("/storage/copy", "{\"from\":\"a\",\"to\":\"b\"}");
      Response sign = json.post("/storage/sign/b", "{\"method\":\"GET\",\"expires_in\":60}");

      // Then
      assertThat(put.status()).as("%s", put).isEqualTo(201);
      assertThat(copy.status()).as("%s", copy).isEqualTo(200);
      assertThat(http.get("/storage/object/b").text()).isEqualTo("content");
      Matcher url = URL.matcher(sign.text());
      assertThat(url.find()).as("%s", sign).isTrue();
      assertThat(run("curl", "-sS", "--insecure", url.group(1))).isEqualTo("content");
      assertThat(tokens).hasValue(1);
      assertThat(sidecar.log()).doesNotContain("secret-of-the-platform", "eyJ");
    } finally {
      platform.stop(0);
    }
  }

  @Test
  void withoutAnIdentityTheAnswerIsThatOfABackendThatIsNotThere() throws Exception {
    try (AzureServer server =
            new AzureServer(
                folder, "--oauth", "basic", "--cert", certificate().toString(), "--pwd", PASSWORD);
        SidecarProcess sidecar =
            SidecarProcess.builder()
                .env("STORAGE_URL", url(server))
                .env("PATH", "/nowhere")
                .env("REQUEST_TIMEOUT", "5s")
                .start()) {
      // When
      Response get = sidecar.client().get("/storage/object/a");

      // Then
      assertThat(get.status()).as("%s", get).isIn(503, 504);
    }
  }

  private static String url(AzureServer server) {
    return "az://photos?account="
        + AzureServer.ACCOUNT
        + "&endpoint="
        + server.endpoint(server.port());
  }

  /** As App Service and its kin give tokens: a header shows that the caller is on the machine. */
  private static void answer(HttpExchange exchange, AtomicInteger tokens) throws IOException {
    boolean known =
        "secret-of-the-platform".equals(exchange.getRequestHeaders().getFirst("X-IDENTITY-HEADER"))
            && exchange.getRequestURI().getQuery().contains("resource=https://storage.azure.com");
    long end = Instant.now().plusSeconds(3600).getEpochSecond();
    String body =
        """
        {"access_token":"%s","expires_on":"%d","resource":"https://storage.azure.com",\
        "token_type":"Bearer","client_id":"c"}"""
            .formatted(token(end), end);
    byte[] bytes = (known ? body : "{}").getBytes(StandardCharsets.UTF_8);
    if (known) {
      tokens.incrementAndGet();
    }
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(known ? 200 : 401, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String token(long end) {
    String claims =
        """
        {"aud":"https://storage.azure.com","iss":"https://sts.windows.net/t/","oid":"o","tid":"t",\
        "iat":%1$d,"nbf":%1$d,"exp":%2$d}"""
            .formatted(end - 7200, end);
    return base64("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + base64(claims) + ".c2ln";
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A key of its own for 127.0.0.1, in a store that is also the one of what is trusted. */
  private Path certificate() throws Exception {
    Path store = folder.resolve("tls.p12");
    run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-alias",
        "tls",
        "-keyalg",
        "RSA",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=ip:127.0.0.1",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        PASSWORD);
    return store;
  }

  private static void createContainer(AzureServer server, Path store) throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()));
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    new BlobContainerClientBuilder()
        .endpoint(server.endpoint(server.port()))
        .credential(new StorageSharedKeyCredential(AzureServer.ACCOUNT, server.key()))
        .containerName("photos")
        .httpClient(
            new JdkHttpClientBuilder(java.net.http.HttpClient.newBuilder().sslContext(tls)).build())
        .buildAsyncClient()
        .create()
        .block();
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", List.of(command), output).isZero();
    return output;
  }
}
