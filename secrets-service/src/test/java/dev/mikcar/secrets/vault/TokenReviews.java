package dev.mikcar.secrets.vault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A stub of the one request that Vault makes to Kubernetes, the review of a token: it knows every
 * token of {@link #token} and no other, and who asks must show the token of the reviewer.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/">TokenReview</a>
 */
final class TokenReviews implements AutoCloseable {
  private static final String PATH = "/apis/authentication.k8s.io/v1/tokenreviews";
  private static final String REVIEWER = token("kube-system", "reviewer", "0");

  private final HttpServer server;
  private final List<String> reviewed = new CopyOnWriteArrayList<>();

  private TokenReviews(HttpServer server) {
    this.server = server;
  }

  static TokenReviews start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    TokenReviews reviews = new TokenReviews(server);
    server.createContext(PATH, reviews::review);
    server.start();
    return reviews;
  }

  /**
   * What Vault has to be told of this server.
   *
   * @param certificate any, PEM
   */
  String configuration(String certificate) {
    return new JsonObject()
        .put("kubernetes_host", "http://127.0.0.1:" + server.getAddress().getPort())
        .put("token_reviewer_jwt", REVIEWER)
        // It must have one, though nothing here is encrypted.
        .put("kubernetes_ca_cert", certificate)
        .put("disable_local_ca_jwt", true)
        .encode();
  }

  /** The tokens that were asked for, in their order. */
  List<String> reviewed() {
    return reviewed;
  }

  /** A token as Kubernetes gives to a pod, signed by nobody: only the review decides. */
  static String token(String namespace, String account, String id) {
    JsonObject claims =
        new JsonObject()
            .put("iss", "https://kubernetes.default.svc")
            .put("sub", "system:serviceaccount:" + namespace + ":" + account)
            .put("jti", id)
            .put("exp", 4_000_000_000L)
            .put("iat", 1_700_000_000L)
            .put(
                "kubernetes.io",
                new JsonObject()
                    .put("namespace", namespace)
                    .put(
                        "serviceaccount",
                        new JsonObject().put("name", account).put("uid", "uid-of-" + account)));
    return encoded("{\"alg\":\"RS256\",\"kid\":\"stub\"}")
        + "."
        + encoded(claims.encode())
        + "."
        + encoded("signature");
  }

  private static String encoded(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void review(HttpExchange exchange) throws IOException {
    JsonObject request =
        new JsonObject(
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    String token = request.getJsonObject("spec").getString("token");
    reviewed.add(token);
    boolean may =
        ("Bearer " + REVIEWER).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    JsonObject status = new JsonObject().put("authenticated", false);
    if (token.equals(token("prod", "app", "1")) || token.equals(token("prod", "app", "2"))) {
      status =
          new JsonObject()
              .put("authenticated", true)
              .put(
                  "user",
                  new JsonObject()
                      .put("username", "system:serviceaccount:prod:app")
                      .put("uid", "uid-of-app")
                      .put(
                          "groups",
                          new JsonArray()
                              .add("system:serviceaccounts")
                              .add("system:serviceaccounts:prod")));
    }
    byte[] answer = request.put("status", status).encode().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(may ? 201 : 401, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
