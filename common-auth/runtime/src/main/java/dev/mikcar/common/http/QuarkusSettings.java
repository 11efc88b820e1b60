package dev.mikcar.common.http;

import dev.mikcar.common.settings.SettingException;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The settings of Quarkus that concern the port. Those that {@link Listeners} and the router honour
 * are listed here; any other that an operator sets would be ignored in silence, so it stops the
 * start.
 */
final class QuarkusSettings {
  /** The lowest ordinal of a source that an operator writes to; defaults stand below. */
  private static final int OPERATOR = 251;

  private static final String HTTP = "quarkus_http_";

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
          "ssl_certificate_",
          "ssl_cipher_suites",
          "ssl_protocols",
          "ssl_sni",
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
    for (String name : config.getPropertyNames()) {
      String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
      boolean ignored =
          plain.startsWith(HTTP)
              ? !isHonoured(plain.substring(HTTP.length()))
              : plain.startsWith("quarkus_tls_") && plain.endsWith("_reload_period");
      if (ignored && isOfTheOperator(config.getConfigValue(name))) {
        throw new SettingException(
            name,
            "mikcar does not honour it",
            INSTEAD.getOrDefault(
                plain.startsWith(HTTP) ? plain.substring(HTTP.length()) : plain,
                "the settings that docs/settings.md lists"));
      }
    }
  }

  private static boolean isHonoured(String setting) {
    return !setting.endsWith("_reload_period")
        && HONOURED.stream()
        .anyMatch(h -> h.endsWith("_") ? setting.startsWith(h) : setting.equals(h));
  }

  private static boolean isOfTheOperator(ConfigValue value) {
    return value.getValue() != null && value.getConfigSourceOrdinal() >= OPERATOR;
  }
}
