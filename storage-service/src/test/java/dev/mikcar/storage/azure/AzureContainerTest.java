package dev.mikcar.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AzureContainerTest {
  private static final String KEY = "aHVzaCBodXNo";

  @Test
  void anAccountAloneIsThatOfAzure() {
    // When
    AzureContainer container = AzureContainer.parse("photos/a/b?account=mikcar1");

    // Then
    assertThat(container.name()).isEqualTo("photos");
    assertThat(container.prefix()).isEqualTo("a/b/");
    assertThat(container.endpoint()).isEqualTo("https://mikcar1.blob.core.windows.net");
    assertThat(container.connectionString()).isNull();
  }

  @Test
  void anEndpointMayBeAnother() {
    assertThat(
            AzureContainer.parse("c01?account=mikcar1&endpoint=https%3A%2F%2Flocalhost:1/mikcar1/")
                .endpoint())
        .isEqualTo("https://localhost:1/mikcar1");
  }

  @Test
  void aPlusInAConnectionStringStaysOne() {
    // When
    String key = "aHV+/2h1c2g=";
    AzureContainer container =
        AzureContainer.parse(
            "c01?connection_string=DefaultEndpointsProtocol=https;AccountName=mikcar1;AccountKey="
                + key);

    // Then
    assertThat(container.connectionString()).endsWith(key);
    assertThat(container.toString()).doesNotContain(key);
    assertThat(container.sharedAccessSignature()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', name of a container",
    "Photos?account=mikcar1, name of a container",
    "a--b?account=mikcar1, name of a container",
    "c01, needs one of account",
    "c01?account=mikcar1&connection_string=x, needs one of account",
    "c01?account=Mik_car, name of a storage account",
    "c01?account=mikcar1&key=" + KEY + ", no such option",
    "c01?account=mikcar1&endpoint=http://localhost, no https URL",
    "c01?connection_string=" + KEY + ", none of a storage account",
    "c01?connection_string=AccountName=x;AccountKey=!" + KEY + ", none of a storage account",
    "c01?connection_string=%zz" + KEY + ", two hex digits",
  })
  void whatCannotBeUsedIsSaidWithoutTheSecret(String rest, String why) {
    assertThatThrownBy(() -> AzureContainer.parse(rest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why)
        .hasMessageNotContaining(KEY);
  }
}
