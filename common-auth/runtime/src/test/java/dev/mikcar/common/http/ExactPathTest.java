package dev.mikcar.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mikcar.common.error.ApiException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExactPathTest {
  private static final Set<String> PREFIXES = Set.of("kv", "sql", "health");

  private final ExactPath withoutRoot = new ExactPath(PREFIXES, Optional.empty());
  private final ExactPath withRoot = new ExactPath(PREFIXES, Optional.of("/kv"));

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/kv", "/kv/", "/kv/get/a", "/kv/get/a/b.txt/", "/kv/get/...", "/kv/%41"})
  void aPathThatNobodyWouldChangeStays(String path) {
    // Given
    Request request = new Request(path, null);

    // When
    boolean reroutes = withoutRoot.reroutes(request.routing());

    // Then
    assertThat(reroutes).isFalse();
    assertThat(request.rerouted).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/kv/get/., /kv/get/_",
    "/kv/get/.., /kv/get/_",
    "/kv/get/a/../b, /kv/get/a/_/b",
    "/kv/get/a/%2e%2E/b, /kv/get/a/_/b",
    "/kv/get/.%2e, /kv/get/_",
    "/kv/get/a//b, /kv/get/a/_/b",
    "/kv/get//, /kv/get/_/",
    "/kv/get///, /kv/get/_/_/",
    "//kv, /_/kv",
    "/../kv, /_/kv",
    "/kv/get/./%41, /kv/get/_/%41",
  })
  void emptyAndDotSegmentsAreHiddenFromTheRouterAndTheirNumberStays(String path, String masked) {
    // Given
    Request request = new Request(path, null);

    // When
    boolean reroutes = withoutRoot.reroutes(request.routing());

    // Then
    assertThat(reroutes).isTrue();
    assertThat(request.rerouted).containsExactly(masked);
    assertThat(ExactPath.after(request.routing(), 0)).isEqualTo(path.substring(1));
  }

  @Test
  void aReroutedRequestKeepsItsQueryAndIsNotReroutedAgain() {
    // Given
    Request request = new Request("/kv/get/a//b", "x=%41");
    withoutRoot.reroutes(request.routing());

    // When
    boolean again = withoutRoot.reroutes(request.routing());

    // Then
    assertThat(again).isFalse();
    assertThat(request.rerouted).containsExactly("/kv/get/a/_/b?x=%41");
  }

  @ParameterizedTest
  @CsvSource({
    "/get/a, /kv/get/a",
    "/get/a//b, /kv/get/a/_/b",
    "/kvx/a, /kv/kvx/a",
    "//x, /kv/_/x",
  })
  void theRootStandsInFrontOfAPathThatBeginsWithNoPrefix(String path, String routed) {
    // Given
    Request request = new Request(path, null);

    // When
    withRoot.reroutes(request.routing());

    // Then
    assertThat(request.rerouted).containsExactly(routed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/kv/get/a", "/sql/get", "/health"})
  void theRootStaysAwayFromAPathThatBeginsWithAPrefix(String path) {
    // Given
    Request request = new Request(path, null);

    // When
    boolean reroutes = withRoot.reroutes(request.routing());

    // Then
    assertThat(reroutes).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/kv/get/a//b, 2, a//b",
    "/kv/get/a/../b, 2, a/../b",
    "/kv/get//, 2, /",
    "/kv/get/, 2, ''",
    "/kv/get, 2, ''",
    "/kv, 2, ''",
    "/kv/get/%41/, 2, %41/",
  })
  void whatFollowsTheFirstSegmentsIsAsItWasSent(String path, int segments, String rest) {
    // Given
    Request request = new Request(path, null);
    withoutRoot.reroutes(request.routing());

    // When
    String after = ExactPath.after(request.routing(), segments);

    // Then
    assertThat(after).isEqualTo(rest);
  }

  @ParameterizedTest
  @CsvSource({"/kv/get/%zz, ''", "/kv/get/%FF, ''", "/kv/get/a, x=%zz", "/kv/get/a, %C3"})
  void whatIsNoPercentEncodedUtf8IsRefused(String path, String query) {
    // Given
    Request request = new Request(path, query);

    // When, then
    assertThatExceptionOfType(ApiException.BadRequest.class)
        .isThrownBy(() -> withoutRoot.reroutes(request.routing()));
  }

  /** A request and what becomes of it. */
  private static final class Request {
    private final Map<Object, Object> data = new HashMap<>();
    private final List<Object> rerouted = new ArrayList<>();
    private final RoutingContext routing;

    Request(String path, @Nullable String query) {
      HttpServerRequest request =
          Stub.of(
              HttpServerRequest.class,
              (self, method, args) ->
                  switch (method.getName()) {
                    case "path" -> path;
                    case "query" -> query;
                    default -> throw new UnsupportedOperationException(method.toString());
                  });
      this.routing =
          Stub.of(
              RoutingContext.class,
              (self, method, args) ->
                  switch (method.getName()) {
                    case "request" -> request;
                    case "get" -> data.get(args[0]);
                    case "put" -> {
                      data.put(args[0], args[1]);
                      yield self;
                    }
                    case "reroute" -> {
                      rerouted.add(args[0]);
                      yield null;
                    }
                    default -> throw new UnsupportedOperationException(method.toString());
                  });
    }

    RoutingContext routing() {
      return routing;
    }
  }
}
