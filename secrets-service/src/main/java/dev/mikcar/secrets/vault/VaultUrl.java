package dev.mikcar.secrets.vault;

import dev.mikcar.secrets.store.StoreUrl;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the secrets are: {@code vault://host:port?option=value&…}, {@code vaults://} over TLS.
 *
 * @param mount of the key-value engine, version 2
 * @param namespace null for none
 * @param login how we become known
 * @param ca PEM certificates of those who may vouch for the server; null: those of the JVM
 * @param certificate PEM certificate that we show; null for none
 * @param key its PEM key
 */
public record VaultUrl(
    String host,
    int port,
    boolean tls,
    String mount,
    @Nullable String namespace,
    Login login,
    @Nullable Path ca,
    @Nullable Path certificate,
    @Nullable Path key) {
  /** What a URL looks like, for errors. */
  public static final String FORM = "vault[s]://host[:port][?mount=…&token=…|role_id=…|role=…]";

  private static final int USUAL_PORT = 8200;
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");
  private static final Set<String> OPTIONS =
      Set.of(
          "mount",
          "namespace",
          "tls",
          "ca_file",
          "cert_file",
          "key_file",
          "auth_mount",
          "token",
          "token_file",
          "role_id",
          "secret_id",
          "secret_id_file",
          "role",
          "jwt_file");

  /** How we become known to Vault. */
  public sealed interface Login {
    /** By a token that somebody else has got for us. */
    record ByToken(String token) implements Login {
      @Override
      public String toString() {
        return "ByToken[hidden]";
      }
    }

    /** By a token that somebody else writes into a file. */
    record ByTokenFile(Path file) implements Login {}

    /**
     * By a role and its secret.
     *
     * @param secretId null when it is in the file
     * @param file null when it is not in a file
     */
    record ByAppRole(String mount, String roleId, @Nullable String secretId, @Nullable Path file)
        implements Login {
      @Override
      public String toString() {
        return "ByAppRole[" + roleId + "]";
      }
    }

    /** By the service account of the pod, whose token is in the file. */
    record ByKubernetes(String mount, String role, Path file) implements Login {}
  }

  /**
   * Reads what stands behind the scheme.
   *
   * @param tls whether the scheme says so
   * @throws IllegalArgumentException with a message that says what is wrong and holds no credential
   */
  public static VaultUrl parse(String rest, boolean tls) {
    StoreUrl url = StoreUrl.parse(rest, OPTIONS);
    URI address;
    try {
      address = URI.create("vault://" + url.place());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("what follows the scheme is no host and port", e);
    }
    if (address.getHost() == null
        || address.getRawUserInfo() != null
        || !address.getRawPath().isEmpty()) {
      throw new IllegalArgumentException("what follows the scheme is no host and port");
    }
    Optional<Path> certificate = url.path("cert_file");
    Optional<Path> key = url.path("key_file");
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("cert_file and key_file belong together");
    }
    String host = address.getHost();
    return new VaultUrl(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        address.getPort() < 0 ? USUAL_PORT : address.getPort(),
        url.option("tls").map(VaultUrl::flag).orElse(tls),
        path("mount", url.option("mount").orElse("secret")),
        url.option("namespace").map(text -> path("namespace", text)).orElse(null),
        login(url),
        url.path("ca_file").orElse(null),
        certificate.orElse(null),
        key.orElse(null));
  }

  private static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("tls must be true or false");
    };
  }

  private static String path(String option, String text) {
    if (!text.matches("[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*/?") || text.matches("(.*/)?\\.+(/.*)?")) {
      throw new IllegalArgumentException(option + " is no path of Vault's");
    }
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  private static Login login(StoreUrl url) {
    Set<String> given =
        Stream.of("token", "token_file", "role_id", "role")
            .filter(option -> url.option(option).isPresent())
            .collect(Collectors.toCollection(TreeSet::new));
    if (given.size() != 1) {
      throw new IllegalArgumentException(
          "one of token, token_file, role_id (AppRole) or role (Kubernetes) must be given");
    }
    return switch (given.iterator().next()) {
      case "token" -> new Login.ByToken(required(url, "token"));
      case "token_file" -> new Login.ByTokenFile(url.path("token_file").orElseThrow());
      case "role" ->
          new Login.ByKubernetes(
              path("auth_mount", url.option("auth_mount").orElse("kubernetes")),
              required(url, "role"),
              url.path("jwt_file").orElse(SERVICE_ACCOUNT));
      default -> {
        String secretId = url.option("secret_id").orElse(null);
        Path file = url.path("secret_id_file").orElse(null);
        if ((secretId == null) == (file == null)) {
          throw new IllegalArgumentException("one of secret_id and secret_id_file must be given");
        }
        yield new Login.ByAppRole(
            path("auth_mount", url.option("auth_mount").orElse("approle")),
            required(url, "role_id"),
            secretId,
            file);
      }
    };
  }

  private static String required(StoreUrl url, String option) {
    return url.option(option).orElseThrow();
  }

  /** What tells this store from others: no credential is part of it. */
  public String identity() {
    return "vault " + host + " " + port + " " + mount + " " + (namespace == null ? "" : namespace);
  }
}
