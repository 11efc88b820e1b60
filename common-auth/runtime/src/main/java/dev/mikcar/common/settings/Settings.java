package dev.mikcar.common.settings;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings that belong to no single service. Immutable; read from the environment, from the
 * flags of the command line (which stand above the environment) or from any other source that
 * Quarkus reads, under the names of docs/settings.md.
 *
 * @param host the address to bind; with neither token nor {@code --no-auth} only the loopback
 * @param port the TCP port, 0 for any free one
 * @param socket the unix socket to listen on too
 * @param token what callers must show; empty: everybody is served
 * @param noAuth whether serving everybody is on purpose
 * @param services the services that run, in the order of {@link #SERVICES}
 * @param data where embedded backends keep their files
 * @param maxBodySize the limit of a request body, bytes
 * @param requestTimeout the time a request may take
 * @param corsOrigins the origins of browsers that may call; empty: CORS is off
 * @param allowedHosts the names under which the process may be called without a token; {@code *}
 *     for any
 * @param root what stands in front of a path that names no service, without a trailing slash
 * @param otlpEndpoint where traces are sent; empty: tracing is off
 * @param otlpServiceName the name of this process in traces
 * @param jsonLogs one JSON object a line instead of text
 */
public record Settings(
    String host,
    int port,
    Optional<Path> socket,
    Optional<Token> token,
    boolean noAuth,
    Set<String> services,
    Path data,
    long maxBodySize,
    Duration requestTimeout,
    List<String> corsOrigins,
    List<String> allowedHosts,
    Optional<String> root,
    Optional<URI> otlpEndpoint,
    String otlpServiceName,
    boolean jsonLogs) {

  /** Every service there is, in the order of the documentation. Their names are path prefixes. */
  public static final List<String> SERVICES =
      List.of("storage", "kv", "sql", "queue", "secrets", "email");

  /**
   * The variable that names the services to run; the flags {@code --kv}, {@code --all}, … set it.
   */
  public static final String SERVICES_VARIABLE = "MIKCAR_SERVICES";

  /** The variable that {@code --no-auth} sets. */
  public static final String NO_AUTH_VARIABLE = "MIKCAR_NO_AUTH";

  /**
   * Reads and checks all of them.
   *
   * @param lookup gives a variable's text, null or blank when it is not set
   * @throws SettingException naming the first that cannot be used
   */
  public static Settings read(Function<String, @Nullable String> lookup) {
    Variables v = new Variables(lookup);
    Optional<Token> token =
        v.text("SIDECAR_TOKEN").or(() -> v.text("AUTH_TOKEN")).map(t -> new Token(t.strip()));
    boolean noAuth = v.choice(NO_AUTH_VARIABLE, "true", "false").map("true"::equals).orElse(false);
    if (noAuth && token.isPresent()) {
      throw new SettingException(
          "--no-auth",
          "contradicts the token that SIDECAR_TOKEN or AUTH_TOKEN sets",
          "one of them");
    }
    Set<String> services = services(v);
    return new Settings(
        v.text("HOST").orElse(token.isPresent() || noAuth ? "0.0.0.0" : "127.0.0.1"),
        v.port("PORT", 3001),
        v.text("MIKCAR_SOCKET").map(Settings::socketPath),
        token,
        noAuth,
        services,
        v.text("MIKCAR_DATA").map(t -> path("MIKCAR_DATA", t)).orElse(Path.of("mikcar-data")),
        v.text("MAX_BODY_SIZE").map(t -> Units.bytes("MAX_BODY_SIZE", t)).orElse(10L << 20),
        v.text("REQUEST_TIMEOUT")
            .map(t -> Units.duration("REQUEST_TIMEOUT", t))
            .orElse(Duration.ofSeconds(30)),
        v.text("CORS_ORIGINS").map(Settings::origins).orElse(List.of()),
        v.text("MIKCAR_ALLOWED_HOSTS").map(Settings::hosts).orElse(List.of()),
        v.text("MIKCAR_ROOT")
            .map(Settings::root)
            .or(
                () ->
                    services.size() == 1 ? Optional.of("/" + services.iterator().next()) : none()),
        v.text("OTLP_ENDPOINT").map(Settings::otlp),
        v.text("OTLP_SERVICE_NAME").orElse("mikcar"),
        v.choice("LOG_FORMAT", "json", "text").map("json"::equals).orElseGet(() -> !isTerminal()));
  }

  /** Null only where there is no console at all; with one, it may still be a pipe. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    return System.console() != null && System.console().isTerminal();
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  private static Set<String> services(Variables v) {
    Set<String> named = new LinkedHashSet<>();
    for (String name : list(v.text(SERVICES_VARIABLE).orElse(""))) {
      String service = name.toLowerCase(Locale.ROOT);
      if (SERVICES.contains(service)) {
        named.add(service);
      } else {
        throw new SettingException(
            SERVICES_VARIABLE, "'" + service + "' is no service", String.join(", ", SERVICES));
      }
    }
    return named;
  }

  private static Path socketPath(String text) {
    String path = text.startsWith("unix://") ? text.substring("unix://".length()) : text;
    Path socket = path("MIKCAR_SOCKET", path).toAbsolutePath();
    // The size of sockaddr_un.sun_path less its final NUL, unix(7).
    if (socket.toString().getBytes(StandardCharsets.UTF_8).length > 107) {
      throw new SettingException(
          "MIKCAR_SOCKET", "'" + path + "' is too long", "a path of at most 107 bytes");
    }
    return socket;
  }

  private static Path path(String variable, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new SettingException(variable, "'" + text + "' is no path", "a path of this system");
    }
  }

  /** The parts of a comma-separated list, without blanks. */
  public static List<String> list(String text) {
    return Stream.of(text.split(",", -1)).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  private static List<String> origins(String text) {
    List<String> origins = list(text);
    for (String origin : origins) {
      if (!origin.equals("*") && !origin.matches("https?://[^/?#\\s]+")) {
        throw new SettingException(
            "CORS_ORIGINS",
            "'" + origin + "' is no origin",
            "origins such as https://app.example.org, or *");
      }
    }
    return origins;
  }

  private static List<String> hosts(String text) {
    List<String> hosts = list(text);
    for (String host : hosts) {
      if (!host.equals("*") && !host.matches("[A-Za-z0-9._-]+")) {
        throw new SettingException(
            "MIKCAR_ALLOWED_HOSTS",
            "'" + host + "' is no host name",
            "names such as mikcar.example.svc, without a port, or *");
      }
    }
    return hosts;
  }

  private static String root(String text) {
    String root = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    String service = root.startsWith("/") ? root.substring(1).split("/", 2)[0] : "";
    if (!SERVICES.contains(service)) {
      throw new SettingException(
          "MIKCAR_ROOT",
          "'" + text + "' does not begin with a service",
          "a path such as /kv or /sql/tables");
    }
    return root;
  }

  private static URI otlp(String text) {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below, without the text: an endpoint may hold a credential.
    }
    throw new SettingException(
        "OTLP_ENDPOINT", "it is no URL", "an http or https URL such as http://localhost:4317");
  }

  /** Text by name, blank taken as not set. */
  private record Variables(Function<String, @Nullable String> lookup) {
    Optional<String> text(String variable) {
      return Optional.ofNullable(lookup.apply(variable)).filter(s -> !s.isBlank());
    }

    int port(String variable, int otherwise) {
      Optional<String> text = text(variable);
      if (text.isEmpty()) {
        return otherwise;
      }
      String digits = text.get().strip();
      if (digits.matches("\\d{1,5}") && Integer.parseInt(digits) <= 65535) {
        return Integer.parseInt(digits);
      }
      throw new SettingException(
          variable, "'" + digits + "' is no port", "a number from 0 to 65535");
    }

    Optional<String> choice(String variable, String... accepted) {
      Optional<String> text = text(variable).map(t -> t.strip().toLowerCase(Locale.ROOT));
      if (text.isPresent() && !List.of(accepted).contains(text.get())) {
        throw new SettingException(
            variable, "'" + text.get() + "' is not known", String.join(" or ", accepted));
      }
      return text;
    }
  }
}
