package dev.mikcar.common.error;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.ext.web.handler.HttpException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTranslatorTest {
  /** What the bodies below are read as. */
  record Body(List<String> keys, long seconds) {}

  @Test
  void whatIsMeantAsAnAnswerIsFoundBelowItsWrappers() {
    // Given
    ApiException meant = new ApiException.NotFound("no such key");
    Throwable failure = new CompletionException(new IllegalStateException(meant));

    // When
    ApiException error = ErrorTranslator.translate(failure);

    // Then
    assertThat(error).isSameAs(meant);
  }

  @Test
  void whatNobodyMeantIsHidden() {
    // Given
    Throwable failure = new IllegalStateException("password=s3cret", new IOException("s3cret"));

    // When
    ApiException error = ErrorTranslator.translate(failure);

    // Then
    assertThat(error.status()).isEqualTo(500);
    assertThat(error.code()).isEqualTo("INTERNAL_ERROR");
    assertThat(error.getMessage()).doesNotContain("s3cret", "Exception");
  }

  @Test
  void aCycleOfCausesComesToAnEnd() {
    // Given
    Exception a = new IllegalStateException("a");
    Exception b = new IllegalStateException("b", a);
    a.initCause(b);

    // When
    ApiException error = ErrorTranslator.translate(a);

    // Then
    assertThat(error.status()).isEqualTo(500);
  }

  @ParameterizedTest
  @CsvSource({
    "400, BAD_REQUEST",
    "404, NOT_FOUND",
    "405, METHOD_NOT_ALLOWED",
    "406, NOT_ACCEPTABLE",
    "410, GONE",
    "413, PAYLOAD_TOO_LARGE",
    "414, REQUEST_URI_TOO_LONG",
    "415, UNSUPPORTED_MEDIA_TYPE",
    "431, REQUEST_HEADER_FIELDS_TOO_LARGE",
    "500, INTERNAL_ERROR",
    "501, NOT_IMPLEMENTED",
    "503, BACKEND_UNAVAILABLE",
    "504, BACKEND_TIMEOUT",
    "412, PRECONDITION_FAILED",
    "401, UNAUTHORIZED",
  })
  void aBareStatusHasItsCodeOfTheDocumentation(int status, String code) {
    // When
    ApiException error = ErrorTranslator.status(status);

    // Then
    assertThat(error.status()).isEqualTo(status);
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.getMessage()).isNotBlank();
  }

  @Test
  void aBareRefusalOfTheTokenHasItsHeader() {
    // When
    ApiException error = ErrorTranslator.status(401);

    // Then
    assertThat(error.code()).isEqualTo("UNAUTHORIZED");
    assertThat(error.headers()).containsEntry("WWW-Authenticate", "Bearer");
  }

  @Test
  void aMethodThatIsNotTakenSaysWhichAre() {
    // Given
    Throwable failure =
        new WebApplicationException(Response.status(405).header("Allow", "GET, PUT").build());

    // When
    ApiException error = ErrorTranslator.translate(failure);

    // Then
    assertThat(error.code()).isEqualTo("METHOD_NOT_ALLOWED");
    assertThat(error.headers()).containsEntry("Allow", "GET, PUT");
  }

  @Test
  void aStatusOfTheFrameworkStaysButNotItsSentence() {
    // Given
    Throwable failure = new WebApplicationException("RESTEASY s3cret", 415);

    // When
    ApiException error = ErrorTranslator.translate(failure);

    // Then
    assertThat(error.status()).isEqualTo(415);
    assertThat(error.getMessage()).doesNotContain("s3cret");
  }

  @Test
  void aStatusOfTheRouterStays() {
    // Given
    Throwable failure = new HttpException(403, "s3cret");

    // When
    ApiException error = ErrorTranslator.translate(failure);

    // Then
    assertThat(error.status()).isEqualTo(403);
    assertThat(error.code()).isEqualTo("FORBIDDEN");
    assertThat(error.getMessage()).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "{\"keys\":1}| field 'keys' must be a list",
        "{\"keys\":[{}]}| field 'keys[0]' must be a string",
        "{\"seconds\":\"x\"}| field 'seconds' must be a number in range",
        "{\"seconds\":9223372036854775808}| field 'seconds' must be a number in range",
        "{\"s3cret\":1}| field 's3cret' is not a field of this route",
        "[]| the body must be an object",
      },
      delimiter = '|')
  void aWrongBodyIsSaidByItsFieldAndNotByItsTypes(String json, String sentence) {
    // Given
    Throwable failure = failureOf(json);

    // When
    ApiException error = ErrorTranslator.translate(failure);

    // Then
    assertThat(error.status()).isEqualTo(400);
    assertThat(error.code()).isEqualTo("JSON_ERROR");
    assertThat(error.getMessage()).isEqualTo(sentence);
  }

  @Test
  void whatIsValidButTooMuchIsNotCalledInvalid() {
    // Given
    Throwable deep = failureOf("{\"keys\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}");
    Throwable wide = failureOf("{\"seconds\":" + "9".repeat(2_000) + "}");

    // When, then
    for (Throwable failure : List.of(deep, wide)) {
      ApiException error = ErrorTranslator.translate(failure);
      assertThat(error.code()).isEqualTo("JSON_ERROR");
      assertThat(error.getMessage()).doesNotContain("not valid");
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {"{\"keys\":[\"s3cret\"|1", "{s3cret|1", "s3cret|1"})
  void aBodyThatIsNoJsonIsSaidByItsPlaceAndNotByItsText(String json, int line) {
    // Given
    Throwable failure = failureOf(json);

    // When
    ApiException error = ErrorTranslator.translate(failure);

    // Then
    assertThat(error.code()).isEqualTo("JSON_ERROR");
    assertThat(error.getMessage())
        .startsWith("the body is not valid JSON at line " + line)
        .doesNotContain("s3cret");
  }

  @Test
  void everyErrorHasOneBody() throws IOException {
    // Given
    ApiException error = new ApiException.NotFound("no \"such\" key\n\u0001é🚗");

    // When
    byte[] json = ErrorBody.of(error, "t-1").json();

    // Then
    assertThat(new ObjectMapper().readValue(json, Object.class))
        .isEqualTo(
            Map.of(
                "error",
                "no \"such\" key\n\u0001é🚗",
                "code",
                "NOT_FOUND",
                "status",
                404,
                "trace_id",
                "t-1"));
  }

  private static Throwable failureOf(String json) {
    ObjectMapper mapper = new ObjectMapper();
    mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    try {
      throw new AssertionError("This was read: " + mapper.readValue(json, Body.class));
    } catch (IOException e) {
      return e;
    }
  }
}
