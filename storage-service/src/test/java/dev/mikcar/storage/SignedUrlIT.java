package dev.mikcar.storage;

import static dev.mikcar.storage.Objects.assertError;
import static dev.mikcar.storage.Objects.json;
import static dev.mikcar.storage.Objects.put;
import static dev.mikcar.storage.Objects.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** URLs that need no token: for one method and one object, until a time, and nothing else. */
class SignedUrlIT {
  private static final Pattern URL = Pattern.compile("\"url\":\"([^\"]+)\"");
  private static SidecarProcess sidecar;

  @BeforeAll
  static void start() {
    sidecar =
        SidecarProcess.builder()
            .env("STORAGE_URL", "memory://")
            .env("SIDECAR_TOKEN", "secret-token")
            .env("HOST", "127.0.0.1")
            .start()
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    sidecar.close();
  }

  private static HttpClient owner() {
    return sidecar.client().with("Authorization", "Bearer secret-token");
  }

  private static HttpClient stranger() {
    return sidecar.client();
  }

  /** What stands behind the host in the URL. */
  private static String sign(String path, String method, int seconds) {
    Response answer =
        json(
            owner(),
            route(path).replace("/object/", "/sign/"),
            "{\"method\":\"" + method + "\",\"expires_in\":" + seconds + "}");
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    assertThat(answer.text()).containsPattern("\"expires_at\":\"\\d{4}-[-0-9T:]+Z\"");
    Matcher url = URL.matcher(answer.text());
    assertThat(url.find()).isTrue();
    URI uri = URI.create(url.group(1));
    assertThat(uri.getPort()).isEqualTo(sidecar.port());
    return uri.getRawPath() + "?" + uri.getRawQuery();
  }

  @Test
  void theObjectIsReadWithoutTheToken() {
    // Given
    put(owner(), "a b/ü?.txt", "content");

    // When
    Response found = stranger().get(sign("a b/ü?.txt", "GET", 60));

    // Then
    assertThat(found.status()).isEqualTo(200);
    assertThat(found.text()).isEqualTo("content");
    assertError(stranger().get(route("a b/ü?.txt")), 401, "UNAUTHORIZED");
  }

  @Test
  void theObjectIsWrittenWithoutTheToken() {
    // When
    Response created = stranger().put(sign("upload", "PUT", 60), "from a stranger");

    // Then
    assertThat(created.status()).as("%s", created).isEqualTo(201);
    assertThat(owner().get(route("upload")).text()).isEqualTo("from a stranger");
  }

  @Test
  void nothingElseIsLetIn() {
    // Given
    put(owner(), "mine", "content");
    put(owner(), "mine/too", "content");
    String url = sign("mine", "GET", 60);
    String query = url.substring(url.indexOf('?'));

    // Then
    assertError(stranger().put(url, "x"), 403, "FORBIDDEN");
    assertError(stranger().delete(url), 403, "FORBIDDEN");
    assertThat(stranger().head(url).status()).isEqualTo(403);
    assertError(stranger().get("/storage/object/mine/too" + query), 403, "FORBIDDEN");
    assertError(stranger().get("/storage/object/other" + query), 403, "FORBIDDEN");
    assertError(
        stranger().get(url.replaceAll("expires=\\d+", "expires=99999999999")), 403, "FORBIDDEN");
    assertError(stranger().get(url.substring(0, url.length() - 1)), 403, "FORBIDDEN");
    assertError(stranger().get("/storage/list" + query), 401, "UNAUTHORIZED");
    assertError(stranger().get("/storage/list/mine" + query), 401, "UNAUTHORIZED");
    assertThat(owner().get(route("mine")).text()).isEqualTo("content");
  }

  @Test
  void itsTimeEnds() {
    // Given
    put(owner(), "brief", "content");
    String url = sign("brief", "GET", 2);
    assertThat(stranger().get(url).status()).isEqualTo(200);

    // Then
    Await.until(
        "the URL is over", Duration.ofSeconds(10), () -> stranger().get(url).status() == 403);
  }

  @Test
  void whatCannotBeSignedIsRefused() {
    String route = "/storage/sign/a";
    assertError(
        json(owner(), route, "{\"method\":\"DELETE\",\"expires_in\":60}"), 400, "BAD_REQUEST");
    assertError(json(owner(), route, "{\"method\":\"GET\",\"expires_in\":0}"), 400, "BAD_REQUEST");
    assertError(
        json(owner(), route, "{\"method\":\"GET\",\"expires_in\":604801}"), 400, "BAD_REQUEST");
    assertError(json(owner(), route, "{\"method\":\"GET\"}"), 400, "BAD_REQUEST");
    assertError(
        json(stranger(), route, "{\"method\":\"GET\",\"expires_in\":60}"), 401, "UNAUTHORIZED");
  }
}
