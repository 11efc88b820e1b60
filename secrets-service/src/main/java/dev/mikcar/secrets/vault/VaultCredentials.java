package dev.mikcar.secrets.vault;

import dev.mikcar.common.error.ApiException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What we show to become known, as the body of a login. */
final class VaultCredentials {
  private static final Logger LOG = Logger.getLogger(VaultCredentials.class);

  private VaultCredentials() {}

  /** Read anew for each login: files are rotated by others. Blocks. */
  static JsonObject read(VaultUrl.Login login) {
    return switch (login) {
      case VaultUrl.Login.ByToken(String token) -> new JsonObject().put("token", token);
      case VaultUrl.Login.ByTokenFile(Path file) -> new JsonObject().put("token", content(file));
      case VaultUrl.Login.ByAppRole(
              String _,
              String role,
              @Nullable String secret,
              @Nullable Path file) ->
          new JsonObject()
              .put("role_id", role)
              .put("secret_id", file == null ? secret : content(file));
      case VaultUrl.Login.ByKubernetes(String _, String role, Path file) ->
          new JsonObject().put("role", role).put("jwt", content(file));
    };
  }

  private static String content(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      LOG.warnf("A file with a credential for Vault cannot be read: %s", e);
      throw new ApiException.BackendUnavailable(
          "the sidecar cannot read its credential for Vault", 1);
    }
  }
}
