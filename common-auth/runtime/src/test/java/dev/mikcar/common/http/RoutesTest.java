package dev.mikcar.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {
  private final Routes routes =
      new Routes(
          List.of(
              "GET / ",
              "GET /kv/get/{key:.*} ",
              "POST /kv/get/batch encoding",
              "POST /kv/set encoding,ttl",
              "POST /kv/set/batch encoding,ttl",
              "POST /kv/set/{key:.+} nx,ttl",
              "PUT /kv/set/{key:.*} nx,ttl",
              "GET /sql/tables/{table} *,limit",
              "GET /sql/tables/{table}/{id:.*} ",
              "DELETE /sql/tables/{table}/{id:.*} "));

  @ParameterizedTest
  @CsvSource({
    "GET, /, /",
    "HEAD, /, /",
    "GET, /kv/get/a, /kv/get/{key:.*}",
    "HEAD, /kv/get/a, /kv/get/{key:.*}",
    "GET, /kv/get/a/b/c, /kv/get/{key:.*}",
    "GET, /kv/get/, /kv/get/{key:.*}",
    "GET, /kv/get/batch, /kv/get/{key:.*}",
    "POST, /kv/get/batch, /kv/get/batch",
    "POST, /kv/set, /kv/set",
    "POST, /kv/set/batch, /kv/set/batch",
    "POST, /kv/set/batch/a, /kv/set/{key:.+}",
    "PUT, /kv/set/batch, /kv/set/{key:.*}",
    "GET, /sql/tables/a, /sql/tables/{table}",
    "GET, /sql/tables/a/, /sql/tables/{table}/{id:.*}",
    "GET, /sql/tables/a/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16, /sql/tables/{table}/{id:.*}",
  })
  void theMostLiteralRouteIsTaken(String method, String path, String expected) {
    assertThat(found(method, path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /",
    "GET, /kv",
    "GET, /kv/",
    "GET, /kv/get",
    "POST, /kv/get/a",
    "POST, /kv/set/",
    "POST, /kv/get/batch/",
    "GET, /sql/tables",
    "GET, /sql/tables/",
    "HEAD, /kv/set",
    "get, /kv/get/a"
  })
  void whatNoRouteTakesIsNotFound(String method, String path) {
    assertThat(found(method, path)).isNull();
  }

  @Test
  void aPathHasTheMethodsOfAllItsRoutes() {
    assertThat(routes.methods("/kv/get/a")).containsExactly("GET", "HEAD", "OPTIONS");
    assertThat(routes.methods("/kv/get/batch")).containsExactly("GET", "HEAD", "OPTIONS", "POST");
    assertThat(routes.methods("/kv/set/batch")).containsExactly("OPTIONS", "POST", "PUT");
    assertThat(routes.methods("/kv/set")).containsExactly("OPTIONS", "POST");
    assertThat(routes.methods("/kv/none/a")).isEmpty();
  }

  @Test
  void aRouteIsItsLine() {
    Routes.Route route = Routes.Route.parse("POST /kv/set ttl,encoding");

    assertThat(route.line()).isEqualTo("POST /kv/set encoding,ttl");
  }

  private @Nullable String found(String method, String path) {
    Routes.Route route = routes.find(method, path);
    return route == null ? null : route.path();
  }
}
