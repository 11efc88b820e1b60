package dev.mikcar.common.launch;

import dev.mikcar.common.settings.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The flags, each the setting of docs/settings.md that its description names. */
@Command(
    name = "mikcar",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisHeading = "",
    customSynopsis = {
      "mikcar runs an HTTP sidecar: your code speaks plain HTTP to it, and it holds the",
      "credentials and the connections.",
      "",
      "  mikcar --all                 every service, on embedded backends, no setup",
      "  mikcar --kv --port 3002      one service",
    },
    optionListHeading = "%n",
    footer = {
      "",
      "Every flag is also a variable of the environment (in brackets); a flag wins. Backends",
      "are chosen by variables, such as KV_URL=file:///var/lib/mikcar/kv. The full list is in",
      "docs/settings.md, the API in docs/api.md."
    })
final class Flags {
  @Option(
      names = {"-p", "--port"},
      paramLabel = "<port>",
      description = "TCP port, default 3001 [PORT]")
  private @Nullable String port;

  @Option(
      names = "--host",
      paramLabel = "<address>",
      description =
          "address to bind; default 0.0.0.0 with a token or --no-auth, else 127.0.0.1 [HOST]")
  private @Nullable String host;

  @Option(
      names = "--socket",
      paramLabel = "<path>",
      description = "unix socket to listen on too [MIKCAR_SOCKET]")
  private @Nullable String socket;

  @Option(
      names = "--auth-token",
      paramLabel = "<token>",
      description =
          "bearer token that callers must show; others can read it in the process list,"
              + " so prefer the variable [SIDECAR_TOKEN]")
  private @Nullable String authToken;

  @Option(names = "--no-auth", description = "serve everyone, on purpose")
  private boolean noAuth;

  @Option(
      names = "--data",
      paramLabel = "<folder>",
      description = "where embedded backends keep their files, default ./mikcar-data [MIKCAR_DATA]")
  private @Nullable String data;

  @Option(
      names = "--otlp-endpoint",
      paramLabel = "<url>",
      description = "send traces there, OTLP over gRPC; default off [OTLP_ENDPOINT]")
  private @Nullable String otlpEndpoint;

  @Option(
      names = "--service-name",
      paramLabel = "<name>",
      description = "name of this process in traces, default mikcar [OTLP_SERVICE_NAME]")
  private @Nullable String serviceName;

  /** What was given, by the name of the variable. */
  Map<String, String> settings() {
    Map<String, String> given = new LinkedHashMap<>();
    put(given, "PORT", port);
    put(given, "HOST", host);
    put(given, "MIKCAR_SOCKET", socket);
    put(given, "SIDECAR_TOKEN", authToken);
    put(given, "MIKCAR_DATA", data);
    put(given, "OTLP_ENDPOINT", otlpEndpoint);
    put(given, "OTLP_SERVICE_NAME", serviceName);
    put(given, Settings.NO_AUTH_VARIABLE, noAuth ? "true" : null);
    return given;
  }

  private static void put(Map<String, String> given, String variable, @Nullable String value) {
    if (value != null) {
      given.put(variable, value);
    }
  }
}
