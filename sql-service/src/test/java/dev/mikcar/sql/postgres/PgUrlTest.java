package dev.mikcar.sql.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.sql.postgres.PgSettings.Address;
import dev.mikcar.sql.postgres.PgSettings.KeepAlive;
import dev.mikcar.sql.postgres.PgSettings.SslMode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of libpq's manual, and those that users write. */
class PgUrlTest {
  @Test
  void everyPartIsRead() {
    PgSettings settings =
        PgUrl.parse(
            "us%20er:p%40s%2Fs%3A%25@db.example.org:6000/my%20db"
                + "?sslmode=verify-full&connect_timeout=7&application_name=a%26b&options=-c%20a%3Db");

    assertThat(settings.user()).isEqualTo("us er");
    assertThat(settings.password()).isEqualTo("p@s/s:%");
    assertThat(settings.addresses()).containsExactly(new Address("db.example.org", 6000));
    assertThat(settings.database()).isEqualTo("my db");
    assertThat(settings.sslMode()).isEqualTo(SslMode.VERIFY_FULL);
    assertThat(settings.connectTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.startup())
        .containsEntry("application_name", "a&b")
        .containsEntry("options", "-c a=b");
    assertThat(settings.toString()).doesNotContain("p@s");
  }

  @Test
  void whatIsLeftOutHasADefault() {
    PgSettings settings = PgUrl.parse("joe@/");

    assertThat(settings.addresses()).containsExactly(new Address("localhost", 5432));
    assertThat(settings.database()).isEqualTo("joe");
    assertThat(settings.password()).isNull();
    assertThat(settings.sslMode()).isEqualTo(SslMode.PREFER);
  }

  @Test
  void anUnencodedAtSignInThePasswordIsTakenAsOne() {
    assertThat(PgUrl.parse("u:a@b@host/d").password()).isEqualTo("a@b");
  }

  @Test
  void addressesAreOfEveryKind() {
    assertThat(PgUrl.parse("u@[2001:db8::1]:6000/d").addresses())
        .containsExactly(new Address("2001:db8::1", 6000));
    assertThat(PgUrl.parse("u@[::1]/d").addresses()).containsExactly(new Address("::1", 5432));
    assertThat(PgUrl.parse("u@a:1,b,[::1]:3/d").addresses())
        .containsExactly(new Address("a", 1), new Address("b", 5432), new Address("::1", 3));
    assertThat(PgUrl.parse("u@%2Fvar%2Frun:7/d").addresses())
        .containsExactly(new Address("/var/run", 7));
    assertThat(PgUrl.parse("/d?host=/tmp&port=8&user=u").addresses())
        .containsExactly(new Address("/tmp", 8));
    assertThat(new Address("/tmp", 8).socketPath()).isEqualTo("/tmp/.s.PGSQL.8");
  }

  @Test
  void optionsSayWhatTheFrontMay() {
    PgSettings settings = PgUrl.parse("?host=h&port=1&user=u&password=p&dbname=d");

    assertThat(settings.addresses()).containsExactly(new Address("h", 1));
    assertThat(settings.user()).isEqualTo("u");
    assertThat(settings.password()).isEqualTo("p");
    assertThat(settings.database()).isEqualTo("d");
  }

  @Test
  void theCertificatesOfTheSystemAreForTheNameOnly() {
    assertThat(PgUrl.parse("u@h/d?sslrootcert=system").sslMode()).isEqualTo(SslMode.VERIFY_FULL);
  }

  @Test
  void howAPeerThatIsGoneIsNoticedCanBeSaid() {
    PgSettings settings =
        PgUrl.parse(
            "u@h/d?keepalives_idle=7&keepalives_interval=2&keepalives_count=4&tcp_user_timeout=900");

    assertThat(settings.keepAlive())
        .isEqualTo(new KeepAlive(true, 7, 2, 4, Duration.ofMillis(900)));
    assertThat(PgUrl.parse("u@h/d?keepalives=0").keepAlive().on()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "u:hidden@h:70000/d",
        "u:hidden@h:x/d",
        "u:hidden@[::1/d",
        "u:hid%zzden@h/d",
        "u:hidden@h/d?sslmode=x",
        "u:hidden@h/d?channel_binding=maybe",
        "u:hidden@h/d?channel_binding=require&sslmode=disable",
        "u:hidden@h/d?sslrootcert=system&sslmode=require",
        "u:hidden@h/d?sslrootcert=system&sslmode=verify-ca",
        "u:hidden@h/d?keepalives=2",
        "u:hidden@h/d?tcp_user_timeout=-1",
        "u:hidden@h/d?target_session_attrs=read-write",
        "u:hidden@h/d?sslcert=/x",
        "u:hidden@h/d?gssencmode=require",
        "u:hidden@h/d?service=s",
        "u:hidden@h/d?passfile=/x",
        "u:hidden@h/d?hostaddr=1.2.3.4",
        "u:hidden@h/d?load_balance_hosts=random",
        "u:hidden@h/d?what",
        "u:hidden@h/d?connect_timeout=0"
      })
  void whatCannotBeUsedIsRefusedWithoutShowingThePassword(String url) {
    assertThatThrownBy(() -> PgUrl.parse(url))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("DATABASE_URL")
        .hasMessageNotContaining("hidden");
  }
}
