package dev.mikcar.email.suppress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.email.mail.MailAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuppressListTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = folder.resolve("suppress.txt");
    Files.writeString(
        file,
        """
        # Those who want no mail
        Ann@Example.org
          bob@example.org  # since May

        @bücher.example
        not an address
        用户@example.org
        """);
  }

  private static MailAddress address(String text) {
    return MailAddress.parse("to", text);
  }

  @ParameterizedTest
  @CsvSource({
    "ann@example.org, true",
    "ANN@EXAMPLE.ORG, true",
    "Ann Example <ann@example.org>, true",
    "bob@example.org, true",
    "anybody@xn--bcher-kva.example, true",
    "anybody@bücher.example, true",
    "用户@example.org, true",
    "ann@sub.example.org, false",
    "annx@example.org, false",
    "carol@example.org, false",
    "anybody@sub.bücher.example, false"
  })
  void isReadAsPeopleWriteIt(String address, boolean on) {
    // When
    boolean has = SuppressList.in(file).has(address(address));

    // Then
    assertThat(has).isEqualTo(on);
  }

  @Test
  void aChangeIsNoticed() throws IOException {
    // Given
    SuppressList list = SuppressList.in(file);
    boolean before = list.has(address("carol@example.org"));

    // When
    Files.writeString(file, "carol@example.org\n");

    // Then
    assertThat(before).isFalse();
    assertThat(list.has(address("carol@example.org"))).isTrue();
    assertThat(list.has(address("ann@example.org"))).isFalse();
  }

  @Test
  void aFileThatTakesItsPlaceIsNoticed() throws IOException {
    // Given: of the same size
    SuppressList list = SuppressList.in(file);
    Path other = folder.resolve("new");
    Files.writeString(other, Files.readString(file).replace("bob@", "eve@"));
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));

    // When
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);

    // Then
    assertThat(list.has(address("eve@example.org"))).isTrue();
    assertThat(list.has(address("bob@example.org"))).isFalse();
  }

  @Test
  void whileItIsGoneWhatItHadHolds() throws IOException {
    // Given
    SuppressList list = SuppressList.in(file);

    // When
    Files.delete(file);

    // Then
    assertThat(list.has(address("ann@example.org"))).isTrue();
    assertThat(list.has(address("carol@example.org"))).isFalse();
  }

  @Test
  void aFileThatIsNotThereStopsTheStart() {
    // When, then
    assertThatThrownBy(() -> SuppressList.in(folder.resolve("none")))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("EMAIL_SUPPRESS");
  }
}
