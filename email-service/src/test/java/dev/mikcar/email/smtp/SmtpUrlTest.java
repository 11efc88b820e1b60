package dev.mikcar.email.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.settings.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpUrlTest {
  /** As the providers document them. */
  @ParameterizedTest
  @CsvSource({
    "smtp://localhost:1025, localhost, 1025, DISABLED, '', ''",
    "smtp://ann%40gmail.com:abcd%20efgh@smtp.gmail.com:587, smtp.gmail.com, 587, REQUIRED, ann@gmail.com, abcd efgh",
    "smtp://ann@gmail.com:secret@smtp.gmail.com:587, smtp.gmail.com, 587, REQUIRED, ann@gmail.com, secret",
    "smtps://ann%40gmail.com:secret@smtp.gmail.com, smtp.gmail.com, 465, IMPLICIT, ann@gmail.com, secret",
    "smtp://apikey:SG.a-b_c.d@smtp.sendgrid.net:587, smtp.sendgrid.net, 587, REQUIRED, apikey, SG.a-b_c.d",
    "smtp://apikey:SG.x@smtp.sendgrid.net:2525, smtp.sendgrid.net, 2525, DISABLED, apikey, SG.x",
    "smtp://AKIA:a%2Fb+c=@email-smtp.eu-west-1.amazonaws.com:587, email-smtp.eu-west-1.amazonaws.com, 587, REQUIRED, AKIA, a/b+c=",
    "smtp://AKIA:a/b+c=@email-smtp.eu-west-1.amazonaws.com:2587, email-smtp.eu-west-1.amazonaws.com, 2587, REQUIRED, AKIA, a/b+c=",
    "smtps://resend:re_123_abc@smtp.resend.com:465, smtp.resend.com, 465, IMPLICIT, resend, re_123_abc",
    "smtp://[::1]:25/, ::1, 25, DISABLED, '', ''",
    "smtp://Mail.Example.org, mail.example.org, 587, REQUIRED, '', ''",
  })
  void providersUrlsAreReadAsTheyAreWritten(
      String url, String host, int port, Tls tls, String user, String password) {
    // When
    SmtpUrl read = Transports.url(url);

    // Then
    assertThat(read.host()).isEqualTo(host);
    assertThat(read.port()).isEqualTo(port);
    assertThat(read.tls()).isEqualTo(tls);
    assertThat(read.user()).isEqualTo(user);
    assertThat(read.password()).isEqualTo(password);
    assertThat(read.toString()).isEqualTo(host + ":" + port);
  }

  @Test
  void optionsAreRead() {
    // When
    SmtpUrl read =
        Transports.url(
            "smtp://h:2525?starttls=required&pool=3&per_connection=7&rate=9&helo=me.example.org"
                + "&from=Ann%20%3Cann@example.org%3E&ca=/tmp/ca.pem");

    // Then
    assertThat(read.tls()).isEqualTo(Tls.REQUIRED);
    assertThat(read.pool()).isEqualTo(3);
    assertThat(read.perConnection()).isEqualTo(7);
    assertThat(read.rate()).isEqualTo(9);
    assertThat(read.helo()).contains("me.example.org");
    assertThat(read.from()).contains("Ann <ann@example.org>");
    assertThat(read.ca().orElseThrow().toString()).isEqualTo("/tmp/ca.pem");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smtp://",
        "smtp://u:pw-s3cret@",
        "smtp://u:pw-s3cret@:25",
        "smtp://u:pw-s3cret@h:0",
        "smtp://u:pw-s3cret@h:70000",
        "smtp://u:pw-s3cret@h:x",
        "smtp://u:pw-s3cret@h/path",
        "smtp://u:%zz-pw-s3cret@h",
        "smtp://u:pw-s3cret@h?nope=1",
        "smtp://u:pw-s3cret@h?pool=0",
        "smtp://u:pw-s3cret@h?pool=x",
        "smtp://u:pw-s3cret@h?pool",
        "smtp://u:pw-s3cret@h?pool=",
        "smtp://u:pw-s3cret@h?pool=1&pool=2",
        "smtp://u:pw-s3cret@h?starttls=maybe",
        "smtp://u:pw-s3cret@h?rate=-1",
        "smtps://u:pw-s3cret@h?starttls=disabled",
        "smtp://u:pw-s3cret@[::1"
      })
  void whatCannotBeUsedIsSaidWithoutTheCredential(String url) {
    // When, then
    assertThatThrownBy(() -> Transports.url(url))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("EMAIL_URL")
        .message()
        .doesNotContain("pw-s3cret");
  }
}
