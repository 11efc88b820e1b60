package dev.mikcar.common.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @Test
  void withNothingSetTheDefaultsOfTheDocumentationHold() {
    // When
    Settings settings = read(Map.of());

    // Then
    assertThat(settings.host()).isEqualTo("127.0.0.1");
    assertThat(settings.port()).isEqualTo(3001);
    assertThat(settings.socket()).isEmpty();
    assertThat(settings.token()).isEmpty();
    assertThat(settings.noAuth()).isFalse();
    assertThat(settings.services()).isEmpty();
    assertThat(settings.data()).isEqualTo(Path.of("mikcar-data"));
    assertThat(settings.maxBodySize()).isEqualTo(10L * 1024 * 1024);
    assertThat(settings.requestTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.corsOrigins()).isEmpty();
    assertThat(settings.root()).isEmpty();
    assertThat(settings.otlpEndpoint()).isEmpty();
    assertThat(settings.otlpServiceName()).isEqualTo("mikcar");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PORT",
        "HOST",
        "MIKCAR_SOCKET",
        "SIDECAR_TOKEN",
        "AUTH_TOKEN",
        "MIKCAR_NO_AUTH",
        "MIKCAR_SERVICES",
        "MIKCAR_DATA",
        "MAX_BODY_SIZE",
        "REQUEST_TIMEOUT",
        "CORS_ORIGINS",
        "MIKCAR_ROOT",
        "OTLP_ENDPOINT",
        "OTLP_SERVICE_NAME",
        "LOG_FORMAT"
      })
  void aBlankValueCountsAsNotSet(String variable) {
    // When
    Settings settings = read(Map.of(variable, "  "));

    // Then
    assertThat(settings).isEqualTo(read(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({"SIDECAR_TOKEN, t", "AUTH_TOKEN, t", "MIKCAR_NO_AUTH, true"})
  void allAddressesAreServedOnlyWithATokenOrOnPurpose(String variable, String value) {
    // When
    Settings settings = read(Map.of(variable, value));

    // Then
    assertThat(settings.host()).isEqualTo("0.0.0.0");
  }

  @Test
  void aHostThatIsGivenIsTaken() {
    // When
    Settings settings = read(Map.of("HOST", "::1", "SIDECAR_TOKEN", "t"));

    // Then
    assertThat(settings.host()).isEqualTo("::1");
  }

  @Test
  void theSidecarTokenIsStrongerThanTheAuthToken() {
    // When
    Settings settings = read(Map.of("SIDECAR_TOKEN", " strong ", "AUTH_TOKEN", "weak"));

    // Then
    assertThat(settings.token()).hasValueSatisfying(t -> assertThat(t.matches("strong")).isTrue());
    assertThat(settings.token()).hasValueSatisfying(t -> assertThat(t.matches("weak")).isFalse());
  }

  @Test
  void aBlankSidecarTokenLeavesTheAuthToken() {
    // When
    Settings settings = read(Map.of("SIDECAR_TOKEN", "", "AUTH_TOKEN", "weak"));

    // Then
    assertThat(settings.token()).hasValueSatisfying(t -> assertThat(t.matches("weak")).isTrue());
  }

  @Test
  void noTextOfTheSettingsHoldsTheToken() {
    // When
    Settings settings = read(Map.of("SIDECAR_TOKEN", "s3cret"));

    // Then
    assertThat(settings.toString()).doesNotContain("s3cret");
  }

  @Test
  void aTokenTogetherWithNoAuthIsRefusedWithoutTheToken() {
    // Given
    Map<String, String> both = Map.of("SIDECAR_TOKEN", "s3cret", "MIKCAR_NO_AUTH", "TRUE");

    // When, then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> read(both))
        .withMessageContaining("--no-auth")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
  }

  @Test
  void servicesAreAListInAnyCaseWithoutBlanks() {
    // When
    Settings settings = read(Map.of("MIKCAR_SERVICES", " KV, sql,,"));

    // Then
    assertThat(settings.services()).containsExactly("kv", "sql");
    assertThat(settings.root()).isEmpty();
  }

  @Test
  void theOnlyServiceIsTheRoot() {
    // When
    Settings settings = read(Map.of("MIKCAR_SERVICES", "kv"));

    // Then
    assertThat(settings.root()).contains("/kv");
  }

  @ParameterizedTest
  @CsvSource({"/sql, /sql", "/sql/, /sql", "/sql/tables, /sql/tables"})
  void aRootThatIsGivenIsStronger(String text, String root) {
    // When
    Settings settings = read(Map.of("MIKCAR_SERVICES", "kv", "MIKCAR_ROOT", text));

    // Then
    assertThat(settings.root()).contains(root);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/run/m.sock", "unix:///run/m.sock"})
  void aSocketIsAPathOrAUrl(String text) {
    // When
    Settings settings = read(Map.of("MIKCAR_SOCKET", text));

    // Then
    assertThat(settings.socket()).contains(Path.of("/run/m.sock"));
  }

  @Test
  void aSocketOf107BytesIsTheLongest() {
    // Given
    String longest = "/" + "é".repeat(53);

    // When
    Settings settings = read(Map.of("MIKCAR_SOCKET", longest));

    // Then
    assertThat(settings.socket()).contains(Path.of(longest));
  }

  @Test
  void originsAreAList() {
    // When
    Settings settings = read(Map.of("CORS_ORIGINS", "https://a.example, http://b.example:8080,*"));

    // Then
    assertThat(settings.corsOrigins())
        .containsExactly("https://a.example", "http://b.example:8080", "*");
  }

  @Test
  void tracesGoToAUrl() {
    // When
    Settings settings =
        read(Map.of("OTLP_ENDPOINT", "http://localhost:4317", "OTLP_SERVICE_NAME", "shop"));

    // Then
    assertThat(settings.otlpEndpoint()).contains(URI.create("http://localhost:4317"));
    assertThat(settings.otlpServiceName()).isEqualTo("shop");
  }

  @ParameterizedTest
  @CsvSource({"json, true", "JSON, true", "text, false"})
  void theLogFormatIsChosen(String text, boolean json) {
    // When
    Settings settings = read(Map.of("LOG_FORMAT", text));

    // Then
    assertThat(settings.jsonLogs()).isEqualTo(json);
  }

  @ParameterizedTest
  @CsvSource({
    "PORT, abc, a number from 0 to 65535",
    "PORT, 65536, a number from 0 to 65535",
    "PORT, -1, a number from 0 to 65535",
    "PORT, 1.0, a number from 0 to 65535",
    "MIKCAR_NO_AUTH, yes, true or false",
    "MIKCAR_SERVICES, zz, kv",
    "MAX_BODY_SIZE, x, 10M",
    "REQUEST_TIMEOUT, 0, 30s",
    "CORS_ORIGINS, x, https://app.example.org",
    "CORS_ORIGINS, https://a.example/path, https://app.example.org",
    "CORS_ORIGINS, https://a.example/, https://app.example.org",
    "MIKCAR_ROOT, /x, /kv",
    "MIKCAR_ROOT, kv, /kv",
    "MIKCAR_ROOT, /, /kv",
    "OTLP_ENDPOINT, x, http://localhost:4317",
    "OTLP_ENDPOINT, grpc://localhost:4317, http://localhost:4317",
    "OTLP_ENDPOINT, http://, http://localhost:4317",
    "LOG_FORMAT, xml, json or text",
  })
  void whatCannotBeUsedIsRefusedWithItsNameAndWhatIsAccepted(
      String variable, String value, String accepted) {
    // When, then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> read(Map.of(variable, value)))
        .withMessageStartingWith("mikcar: " + variable + ": ")
        .withMessageMatching("(?s).*; accepted: .*" + Pattern.quote(accepted) + ".*");
  }

  @Test
  void aSocketOf108BytesIsRefused() {
    // Given
    String tooLong = "/" + "é".repeat(53) + "x";

    // When, then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> read(Map.of("MIKCAR_SOCKET", tooLong)))
        .withMessageContaining("at most 107 bytes");
  }

  @Test
  void anEndpointThatCannotBeUsedIsNotShownForItMayHoldACredential() {
    // Given
    String endpoint = "ftp://user:s3cret@host";

    // When, then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> read(Map.of("OTLP_ENDPOINT", endpoint)))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
  }

  @Test
  void aMessageIsOneLineWhateverTheValueHolds() {
    // Given
    String value = "a\nb";

    // When, then
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> read(Map.of("PORT", value)))
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
  }

  private static Settings read(Map<String, String> variables) {
    return Settings.read(variables::get);
  }
}
