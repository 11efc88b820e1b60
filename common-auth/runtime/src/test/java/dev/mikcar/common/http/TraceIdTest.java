package dev.mikcar.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceIdTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  @Test
  void theRequestsOwnIdIsStrongerThanItsTraceparent() {
    // Given
    HttpServerRequest request = request(Map.of("X-Trace-ID", "mine-1", "traceparent", PARENT));

    // When
    String id = TraceId.choose(request);

    // Then
    assertThat(id).isEqualTo("mine-1");
  }

  @Test
  void anIdOf128CharactersIsTheLongest() {
    // Given
    String longest = "~".repeat(128);

    // When
    String id = TraceId.choose(request(Map.of("X-Trace-ID", longest)));

    // Then
    assertThat(id).isEqualTo(longest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\"b", "a\\b", "a\tb", "\u00e9", "a\u007f"})
  void anIdThatIsNotSafeToPrintIsNotTaken(String own) {
    // Given
    HttpServerRequest request = request(Map.of("X-Trace-ID", own, "traceparent", PARENT));

    // When
    String id = TraceId.choose(request);

    // Then
    assertThat(id).isEqualTo(TRACE);
  }

  @Test
  void anIdOf129CharactersIsNotTaken() {
    // Given
    HttpServerRequest request = request(Map.of("X-Trace-ID", "x".repeat(129)));

    // When
    String id = TraceId.choose(request);

    // Then
    assertThat(id).matches("[0-9a-f]{32}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
      })
  void aTraceparentThatIsNoneIsNotTaken(String parent) {
    // Given
    HttpServerRequest request = request(Map.of("traceparent", parent));

    // When
    String id = TraceId.choose(request);

    // Then
    assertThat(id).matches("[0-9a-f]{32}").isNotEqualTo(TRACE).isNotEqualTo("0".repeat(32));
  }

  private static HttpServerRequest request(Map<String, String> headers) {
    return Stub.of(
        HttpServerRequest.class,
        (self, method, args) -> {
          if (method.getName().equals("getHeader")) {
            return headers.get(args[0].toString());
          }
          throw new UnsupportedOperationException(method.toString());
        });
  }
}
