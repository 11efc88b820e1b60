package dev.mikcar.secrets.vault;

import dev.mikcar.common.error.ApiException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Requests to Vault and their answers, on connections that are kept. */
final class VaultConnection implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(VaultConnection.class);
  private static final Duration CONNECTING = Duration.ofSeconds(3);
  private static final Duration LIMIT = Duration.ofSeconds(8);
  private static final int CONNECTIONS = 32;
  private static final int WAITING = 1024;
  private static final int LARGEST_ANSWER = 64 << 20;

  private final Vertx vertx;
  private final VaultUrl url;
  private volatile @Nullable Client client;

  /** Connections, and the certificates they were made with. */
  private record Client(HttpClient http, List<String> files) {}

  VaultConnection(Vertx vertx, VaultUrl url) {
    this.vertx = vertx;
    this.url = url;
  }

  /**
   * A request.
   *
   * @param path below {@code /v1/}, encoded
   * @param token null for none
   * @param body null for none
   */
  record Call(HttpMethod method, String path, @Nullable String token, @Nullable JsonObject body) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /**
   * Asks Vault; a read whose connection was closed is asked once more.
   *
   * @return the answer, whatever its status is; fails with {@link ApiException.BackendUnavailable}
   *     or {@link ApiException.BackendTimeout} when there is none
   */
  Uni<VaultAnswer> ask(Call call) {
    // All on one thread: else an answer could be over before somebody listens to it.
    Uni<VaultAnswer> once =
        Uni.createFrom()
            .emitter(
                e ->
                    vertx
                        .getOrCreateContext()
                        .runOnContext(
                            ignored -> start(call).onSuccess(e::complete).onFailure(e::fail)));
    Uni<VaultAnswer> again =
        call.method().equals(HttpMethod.GET)
            ? once.onFailure(VaultConnection::isBrokenOff).retry().atMost(1)
            : once;
    return again.onFailure().transform(VaultConnection::translate);
  }

  private Future<VaultAnswer> start(Call call) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(call.method())
            .setURI("/v1/" + call.path())
            .setTimeout(LIMIT.toMillis())
            .putHeader("X-Vault-Request", "true");
    if (call.token() != null) {
      options.putHeader("X-Vault-Token", call.token());
    }
    if (url.namespace() != null) {
      options.putHeader("X-Vault-Namespace", url.namespace());
    }
    return client()
        .http()
        .request(options)
        .compose(request -> send(request, call.body()))
        .compose(VaultConnection::read);
  }

  private static Future<HttpClientResponse> send(
      HttpClientRequest request, @Nullable JsonObject body) {
    if (body == null) {
      return request.send();
    }
    request.putHeader("Content-Type", "application/json");
    return request.send(body.toBuffer());
  }

  private static Future<VaultAnswer> read(HttpClientResponse response) {
    Promise<VaultAnswer> whole = Promise.promise();
    Buffer body = Buffer.buffer();
    response.handler(
        chunk -> {
          if (body.length() + chunk.length() > LARGEST_ANSWER) {
            whole.tryFail(new IOException("the answer is too large"));
            response.request().reset();
          } else {
            body.appendBuffer(chunk);
          }
        });
    response.exceptionHandler(whole::tryFail);
    response.endHandler(
        ignored ->
            whole.tryComplete(new VaultAnswer(response.statusCode(), body, retryAfter(response))));
    return whole.future();
  }

  private static int retryAfter(HttpClientResponse response) {
    String text = response.getHeader("Retry-After");
    return text != null && text.matches("[1-9]\\d{0,3}") ? Integer.parseInt(text) : 1;
  }

  private static boolean isBrokenOff(Throwable failure) {
    return failure instanceof HttpClosedException
        || (failure instanceof IOException && !(failure instanceof ConnectException));
  }

  private static ApiException translate(Throwable failure) {
    return switch (failure) {
      case ApiException e -> e;
      case TimeoutException e -> new ApiException.BackendTimeout("Vault did not answer in time");
      default -> {
        LOG.debugf("Vault cannot be reached: %s", failure);
        yield new ApiException.BackendUnavailable("Vault cannot be reached", 1);
      }
    };
  }

  private Client client() {
    Client current = client;
    return current == null ? renewed() : current;
  }

  /**
   * Reads the certificates anew if their files have changed; connections under way go on. Blocks a
   * little, for small local files.
   */
  synchronized Client renewed() {
    List<String> files = stamps();
    Client current = client;
    if (current != null && current.files().equals(files)) {
      return current;
    }
    Client next = new Client(vertx.createHttpClient(options(), pool()), files);
    client = next;
    if (current != null) {
      // After the longest that one of its requests may take.
      vertx.setTimer(2 * LIMIT.toMillis(), ignored -> current.http().close());
    }
    return next;
  }

  private List<String> stamps() {
    List<String> stamps = new ArrayList<>();
    for (Path file : files()) {
      try {
        stamps.add(Files.getLastModifiedTime(file) + " " + Files.size(file));
      } catch (IOException e) {
        stamps.add("");
      }
    }
    return stamps;
  }

  private List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (Path file : new @Nullable Path[] {url.ca(), url.certificate(), url.key()}) {
      if (file != null) {
        files.add(file);
      }
    }
    return files;
  }

  private static PoolOptions pool() {
    return new PoolOptions().setHttp1MaxSize(CONNECTIONS);
  }

  private HttpClientOptions options() {
    HttpClientOptions options =
        new HttpClientOptions()
            .setDefaultHost(url.host())
            .setDefaultPort(url.port())
            .setSsl(url.tls())
            .setVerifyHost(true)
            .setConnectTimeout((int) CONNECTING.toMillis())
            .setMaxWaitQueueSize(WAITING)
            .setKeepAliveTimeout(60);
    if (url.tls() && url.ca() != null) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(url.ca().toString()));
    }
    if (url.tls() && url.certificate() != null && url.key() != null) {
      options.setKeyCertOptions(
          new PemKeyCertOptions()
              .setCertPath(url.certificate().toString())
              .setKeyPath(url.key().toString()));
    }
    return options;
  }

  /**
   * A path in which every character but a slash stands for itself, RFC 3986 section 2.1: encoded,
   * unless it is unreserved.
   */
  static String encode(String path) {
    StringBuilder encoded = new StringBuilder(path.length());
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "/-._~".indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append(String.format("%%%02X", b & 0xff));
      }
    }
    return encoded.toString();
  }

  @Override
  public void close() {
    Client current = client;
    if (current != null) {
      current.http().close();
    }
  }
}
