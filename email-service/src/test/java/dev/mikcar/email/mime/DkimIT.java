package dev.mikcar.email.mime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.email.Certificates;
import dev.mikcar.email.Mails;
import dev.mikcar.email.ReadMail;
import dev.mikcar.email.mail.Attachment;
import dev.mikcar.email.mail.Mail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signatures as another implementation, dkimpy, sees them; keys as OpenSSL makes them. */
class DkimIT {
  private static final String[] RSA = {
    "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "key.pem"
  };

  @TempDir private Path folder;

  private Path key(String... command) throws IOException {
    Certificates.openssl(folder, command);
    return folder.resolve("key.pem");
  }

  /** The record that an operator would put into DNS. */
  private String record(String type) throws IOException {
    Certificates.openssl(
        folder, "pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "key.pub");
    byte[] key = Files.readAllBytes(folder.resolve("key.pub"));
    // RFC 8463 section 4.2: the key alone, without what says its kind.
    byte[] shown =
        type.equals("ed25519")
            ? java.util.Arrays.copyOfRange(key, key.length - 32, key.length)
            : key;
    return "v=DKIM1; k=" + type + "; p=" + Base64.getEncoder().encodeToString(shown);
  }

  private static JsonNode verified(byte[] message, String record) throws IOException {
    return ReadMail.run(
        "src/test/python/verify_dkim.py", message, "mail2026._domainkey.example.org", record);
  }

  private byte[] signed(Path key, Mail mail) throws IOException, GeneralSecurityException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DkimSigner signer = DkimKey.signer("example.org", "mail2026", key);
    MessageBytes.of(mail, Optional.of(signer)).writeTo(out);
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "one line",
        "lines\r\n\r\n\r\n",
        "  blanks  \n\t\n",
        ".\n..",
        "é".repeat(3000)
      })
  void anyTextIsSignedSoThatItVerifies(String text) throws Exception {
    // Given
    Mail mail =
        Mails.mail(
            "Grüße  with   blanks ".repeat(10),
            text,
            "<p>" + text,
            List.of(),
            "Zoë <zoe@example.org>");

    // When
    byte[] message = signed(key(RSA), mail);

    // Then
    JsonNode seen = verified(message, record("rsa"));
    assertThat(seen.get("good").asBoolean())
        .as(new String(message, StandardCharsets.ISO_8859_1))
        .isTrue();
    assertThat(seen.get("asked").get(0).asText()).startsWith("mail2026._domainkey.example.org");
    assertThat(seen.get("signed").toString())
        .contains("from", "subject", "date", "to", "message-id", "content-type");
  }

  @ParameterizedTest
  @ValueSource(strings = {"genrsa -traditional -out key.pem 2048", "genrsa -out key.pem 1024"})
  void keysOfEitherFormAreRead(String command) throws Exception {
    // When
    byte[] message = signed(key(command.split(" ")), Mails.to("bob@example.org"));

    // Then
    assertThat(verified(message, record("rsa")).get("good").asBoolean()).isTrue();
  }

  @Test
  void ed25519Verifies() throws Exception {
    // When
    byte[] message =
        signed(
            key("genpkey", "-algorithm", "ed25519", "-out", "key.pem"),
            Mails.to("bob@example.org"));

    // Then
    assertThat(verified(message, record("ed25519")).get("good").asBoolean()).isTrue();
  }

  @Test
  void addressesOfAnyScriptAndFilesVerify() throws Exception {
    // Given
    Attachment file =
        new Attachment("f", new byte[100_000], "application/x-test", Optional.empty());

    // When
    byte[] message = signed(key(RSA), Mails.mail("s", "t", null, List.of(file), "用户@example.org"));

    // Then
    assertThat(verified(message, record("rsa")).get("good").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Subject: ", "To: ", "\r\n\r\n"})
  void whatIsChangedAfterwardsDoesNotVerify(String place) throws Exception {
    // Given
    byte[] message = signed(key(RSA), Mails.to("bob@example.org"));
    String changed =
        new String(message, StandardCharsets.ISO_8859_1).replaceFirst(place, place + "x");

    // When
    JsonNode seen = verified(changed.getBytes(StandardCharsets.ISO_8859_1), record("rsa"));

    // Then
    assertThat(seen.get("good").asBoolean()).isFalse();
  }

  @Test
  void aSecondFromDoesNotVerify() throws Exception {
    // Given
    byte[] message = signed(key(RSA), Mails.to("bob@example.org"));
    String changed = "From: eve@example.org\r\n" + new String(message, StandardCharsets.ISO_8859_1);

    // When
    JsonNode seen = verified(changed.getBytes(StandardCharsets.ISO_8859_1), record("rsa"));

    // Then
    assertThat(seen.get("good").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "genrsa -out key.pem 768",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out key.pem",
        "rand -out key.pem 100"
      })
  void whatIsNoKeyForItIsRefused(String command) throws Exception {
    // Given
    Path key = key(command.split(" "));

    // When, then
    assertThatThrownBy(() -> DkimKey.signer("example.org", "s", key))
        .isInstanceOfAny(GeneralSecurityException.class, IOException.class);
  }
}
