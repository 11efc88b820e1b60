package dev.mikcar.common.http;

import dev.mikcar.common.settings.SettingException;
import io.smallrye.config.SmallRyeConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Quarkus that concern the port. Those that {@link Listeners} and the router honour
 * are listed here; any other that an operator sets would be ignored in silence, so it stops the
 * start.
 */
final class QuarkusSettings {
  /**
   * The ordinals of the sources that an operator writes to, from files to system properties. Ours
   * and those of the build stand below, what the build has fixed above.
   */
  private static final int LOWEST = 251;

  private static final int HIGHEST = 400;

  private static final Pattern PROFILE = Pattern.compile("^_prod_(?=quarkus_)");
  private static final String HTTP = "quarkus_http_";
  private static final String KEY_STORE = "quarkus_tls_key_store_";
  private static final String CERTIFICATE =
      "quarkus.tls.key-store.pem.0.cert and .key (QUARKUS_TLS_KEY_STORE_PEM__0__CERT and __KEY)";

  private static final List<String> HONOURED =
      List.of(
          "host",
          "port",
          "test_",
          "limits_max_header_size",
          "limits_max_chunk_size",
          "limits_max_initial_line_length",
          "limits_max_connections",
          "idle_timeout",
          "io_threads",
          "so_reuse_port",
          "tcp_quick_ack",
          "tcp_cork",
          "tcp_fast_open",
          "accept_backlog",
          "traffic_shaping_",
          "tls_configuration_name",
          "access_log_",
          "header_",
          "filter_",
          "proxy_",
          "record_request_start_time");

  /** What to use instead. */
  private static final Map<String, String> INSTEAD =
      Map.of(
          "domain_socket", "MIKCAR_SOCKET",
          "domain_socket_enabled", "MIKCAR_SOCKET",
          "ssl_port", "PORT, on which TLS is spoken once there is a certificate",
          "limits_max_body_size", "MAX_BODY_SIZE",
          "read_timeout", "REQUEST_TIMEOUT",
          "cors", "CORS_ORIGINS",
          "cors_enabled", "CORS_ORIGINS",
          "cors_origins", "CORS_ORIGINS",
          "root_path", "MIKCAR_ROOT");

  private QuarkusSettings() {}

  /**
   * Looks at what the operator set.
   *
   * @throws SettingException naming the first setting that would be ignored
   */
  static void refuseIgnored(SmallRyeConfig config) {
    refuse(config, QuarkusSettings::isIgnored, "mikcar does not honour it");
  }

  /**
   * For a port that has no certificate.
   *
   * @throws SettingException naming a setting that was meant to give it one
   */
  static void refuseCertificate(SmallRyeConfig config) {
    refuse(config, plain -> plain.startsWith(KEY_STORE), "no certificate comes of it");
  }

  private static void refuse(SmallRyeConfig config, Predicate<String> refused, String problem) {
    for (ConfigSource source : config.getConfigSources()) {
      if (source.getOrdinal() >= LOWEST && source.getOrdinal() <= HIGHEST) {
        source.getPropertyNames().stream()
            .sorted()
            .filter(name -> refused.test(plain(name)) && isSet(source.getValue(name)))
            .findFirst()
            .ifPresent(
                name -> {
                  throw new SettingException(dotted(config, name), problem, instead(plain(name)));
                });
      }
    }
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.isBlank();
  }

  /** As it is written in files, where Quarkus knows it. */
  private static String dotted(SmallRyeConfig config, String name) {
    return StreamSupport.stream(config.getPropertyNames().spliterator(), false)
        .filter(known -> known.startsWith("quarkus.") && known.indexOf('[') < 0)
        .filter(known -> plain(known).equals(plain(name)))
        .findFirst()
        .orElse(name);
  }

  private static String instead(String plain) {
    if (plain.startsWith(HTTP + "ssl_") && !plain.equals(HTTP + "ssl_port")) {
      return CERTIFICATE;
    }
    if (!plain.startsWith(HTTP)) {
      return plain.startsWith(KEY_STORE) ? CERTIFICATE : "certificates that are read at the start";
    }
    return INSTEAD.getOrDefault(
        plain.substring(HTTP.length()), "the settings that docs/settings.md lists");
  }

  /** How the environment spells it, in small letters, and without the profile of production. */
  private static String plain(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
    return PROFILE.matcher(plain).replaceFirst("");
  }

  private static boolean isIgnored(String plain) {
    if (!plain.startsWith(HTTP)) {
      return plain.startsWith("quarkus_tls_") && plain.endsWith("_reload_period");
    }
    String setting = plain.substring(HTTP.length());
    return HONOURED.stream()
        .noneMatch(h -> h.endsWith("_") ? setting.startsWith(h) : setting.equals(h));
  }
}
