package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.settings.SettingException;
import dev.mikcar.sql.postgres.PgSettings.Address;
import dev.mikcar.sql.postgres.PgSettings.ChannelBinding;
import dev.mikcar.sql.postgres.PgSettings.ClientCertificate;
import dev.mikcar.sql.postgres.PgSettings.KeepAlive;
import dev.mikcar.sql.postgres.PgSettings.SslMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection URI as <a
 * href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS">libpq</a>
 * reads it: percent-encoding everywhere, several hosts, IPv6 in brackets, unix sockets, and any
 * part as an option too. No error shows a part that may hold the password.
 */
final class PgUrl {
  private static final String VARIABLE = "DATABASE_URL";
  private static final String ACCEPTED =
      "postgres://user:password@host:port/database?sslmode=…, see docs/settings.md";

  private final Map<String, String> options = new LinkedHashMap<>();
  private String user = "";
  private @Nullable String password;
  private String hosts = "";
  private String database = "";

  private PgUrl() {}

  /**
   * @param rest what follows {@code postgres://}
   * @throws SettingException when it is of no known form
   */
  static PgSettings parse(String rest) {
    PgUrl url = new PgUrl();
    try {
      url.split(rest);
    } catch (ApiException.BadRequest e) {
      throw refuse(e.getMessage());
    }
    return url.settings();
  }

  private void split(String rest) {
    int question = rest.indexOf('?');
    if (question >= 0) {
      for (String option : rest.substring(question + 1).split("&", -1)) {
        addOption(option);
      }
    }
    String front = question < 0 ? rest : rest.substring(0, question);
    int at = front.lastIndexOf('@', slashAfterAuthority(front));
    if (at >= 0) {
      String login = front.substring(0, at);
      int colon = login.indexOf(':');
      user = decode(colon < 0 ? login : login.substring(0, colon));
      password = colon < 0 ? null : decode(login.substring(colon + 1));
    }
    String place = front.substring(at + 1);
    int slash = place.indexOf('/');
    hosts = slash < 0 ? place : place.substring(0, slash);
    database = slash < 0 ? "" : decode(place.substring(slash + 1));
  }

  /** A slash in a password has to be encoded, so the first one ends the authority. */
  private static int slashAfterAuthority(String front) {
    int slash = front.indexOf('/');
    return slash < 0 ? front.length() : slash;
  }

  private void addOption(String option) {
    if (option.isEmpty()) {
      return;
    }
    int equals = option.indexOf('=');
    if (equals < 0) {
      throw refuse("an option has no value");
    }
    options.put(decode(option.substring(0, equals)), decode(option.substring(equals + 1)));
  }

  private static String decode(String text) {
    return PercentEncoding.decode("a part of the URL", text);
  }

  private PgSettings settings() {
    Map<String, String> left = new LinkedHashMap<>(options);
    String login = take(left, "user", user);
    String as = login.isEmpty() ? System.getProperty("user.name", "postgres") : login;
    String secret = left.containsKey("password") ? left.remove("password") : password;
    String base = take(left, "dbname", database);
    String root = take(left, "sslrootcert", "");
    boolean system = root.equals("system");
    SslMode mode = sslMode(take(left, "sslmode", system ? "verify-full" : "prefer"));
    if (system && mode != SslMode.VERIFY_FULL) {
      // As in libpq: everybody can get a certificate of them, for a name of his own.
      throw refuse("sslrootcert=system needs sslmode=verify-full");
    }
    ChannelBinding binding = channelBinding(take(left, "channel_binding", "prefer"));
    if (binding == ChannelBinding.REQUIRE && mode == SslMode.DISABLE) {
      throw refuse("channel_binding=require needs TLS, and sslmode=disable forbids it");
    }
    String certificate = take(left, "sslcert", "");
    String key = take(left, "sslkey", "");
    if (certificate.isEmpty() != key.isEmpty()) {
      throw refuse("sslcert and sslkey belong together");
    }
    Duration patience =
        Duration.ofSeconds(number("connect_timeout", take(left, "connect_timeout", "5"), 1, 3600));
    List<Address> addresses = addresses(take(left, "host", ""), take(left, "port", ""));
    Map<String, String> startup = new LinkedHashMap<>();
    startup.put("application_name", take(left, "application_name", "mikcar"));
    String more = take(left, "options", "");
    if (!more.isEmpty()) {
      startup.put("options", more);
    }
    KeepAlive keepAlive = keepAlive(left);
    refuseUnknown(left);
    return new PgSettings(
        addresses,
        as,
        secret,
        base.isEmpty() ? as : base,
        mode,
        root.isEmpty() || system ? Optional.empty() : Optional.of(Path.of(root)),
        certificate.isEmpty()
            ? Optional.empty()
            : Optional.of(new ClientCertificate(Path.of(certificate), Path.of(key))),
        binding,
        patience,
        keepAlive,
        startup);
  }

  /** Options of libpq that ask for what is so anyway are taken; others would be silently broken. */
  private static void refuseUnknown(Map<String, String> left) {
    left.remove("fallback_application_name");
    left.remove("target_session_attrs", "any");
    left.remove("gssencmode", "disable");
    left.remove("gssencmode", "prefer");
    left.remove("client_encoding", "UTF8");
    left.remove("client_encoding", "utf8");
    if (!left.isEmpty()) {
      throw refuse(
          "the option '" + left.keySet().iterator().next() + "', or its value, is not known");
    }
  }

  private static KeepAlive keepAlive(Map<String, String> left) {
    return new KeepAlive(
        limit(left, "keepalives", 1, 0, 1) == 1,
        limit(left, "keepalives_idle", 60, 1, 32_767),
        limit(left, "keepalives_interval", 10, 1, 32_767),
        limit(left, "keepalives_count", 3, 1, 127),
        Duration.ofMillis(limit(left, "tcp_user_timeout", 30_000, 0, 86_400_000)));
  }

  private static int limit(
      Map<String, String> left, String name, int otherwise, int least, int most) {
    String given = take(left, name, "");
    return given.isEmpty() ? otherwise : number(name, given, least, most);
  }

  private List<Address> addresses(String hostOption, String portOption) {
    String[] names = (hostOption.isEmpty() ? hosts : hostOption).split(",", -1);
    String[] ports = portOption.isEmpty() ? new String[0] : portOption.split(",", -1);
    List<Address> addresses = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      String port = ports.length == 0 ? "" : ports[Math.min(i, ports.length - 1)];
      addresses.add(hostOption.isEmpty() ? address(names[i], port) : plain(names[i], port));
    }
    return addresses;
  }

  private static Address plain(String name, String port) {
    return new Address(name.isEmpty() ? "localhost" : name, port(port));
  }

  private static Address address(String text, String otherPort) {
    int end = text.startsWith("[") ? text.indexOf(']') + 1 : 0;
    if (text.startsWith("[") && end == 0) {
      throw refuse("an IPv6 address has no closing bracket");
    }
    int colon = text.indexOf(':', end);
    String name = colon < 0 ? text : text.substring(0, colon);
    String host = end > 0 ? name.substring(1, name.length() - 1) : decode(name);
    return plain(host, colon < 0 ? otherPort : text.substring(colon + 1));
  }

  private static int port(String text) {
    return text.isEmpty() ? 5432 : number("the port", text, 1, 65535);
  }

  private static int number(String what, String text, int least, int most) {
    if (text.matches("\\d{1,8}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw refuse(what + " is no number from " + least + " to " + most);
  }

  private static SslMode sslMode(String text) {
    for (SslMode mode : SslMode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) {
        return mode;
      }
    }
    throw new SettingException(
        VARIABLE,
        "the sslmode is not known",
        "disable, allow, prefer, require, verify-ca or verify-full");
  }

  private static ChannelBinding channelBinding(String text) {
    for (ChannelBinding binding : ChannelBinding.values()) {
      if (binding.name().toLowerCase(Locale.ROOT).equals(text)) {
        return binding;
      }
    }
    throw refuse("channel_binding is disable, prefer or require");
  }

  private static String take(Map<String, String> options, String name, String otherwise) {
    String given = options.remove(name);
    return given == null ? otherwise : given;
  }

  private static SettingException refuse(String problem) {
    return new SettingException(VARIABLE, problem, ACCEPTED);
  }
}
