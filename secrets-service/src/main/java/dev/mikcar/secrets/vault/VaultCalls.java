package dev.mikcar.secrets.vault;

import dev.mikcar.secrets.store.SecretStore;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the key-value engine, with our token; with another one when Vault takes the first one no
 * more.
 */
final class VaultCalls {
  private final String mount;
  private final VaultConnection connection;
  private final VaultTokens tokens;

  VaultCalls(String mount, VaultConnection connection, VaultTokens tokens) {
    this.mount = mount;
    this.connection = connection;
    this.tokens = tokens;
  }

  /** What is at a path: the part {@code data} of the answer. */
  Uni<JsonObject> get(String kind, String path, String query) {
    return call(HttpMethod.GET, kind, path, query, null).map(answer -> answer.part("data"));
  }

  /** Writes to a path: the part {@code data} of the answer, or nothing when it has none. */
  Uni<JsonObject> post(String kind, String path, JsonObject body) {
    return call(HttpMethod.POST, kind, path, "", body)
        .map(
            answer -> {
              JsonObject data = VaultAnswer.part(answer.json(), "data");
              return data == null ? new JsonObject() : data;
            });
  }

  private Uni<VaultAnswer> call(
      HttpMethod method, String kind, String path, String query, @Nullable JsonObject body) {
    String whole = mount + "/" + kind + "/" + VaultConnection.encode(path) + query;
    return tokens
        .token()
        .flatMap(
            token ->
                connection
                    .ask(new VaultConnection.Call(method, whole, token, body))
                    .flatMap(
                        answer ->
                            answer.status() == 403
                                ? again(token, answer, method, whole, body)
                                : Uni.createFrom().item(answer)))
        .map(VaultCalls::checked);
  }

  private Uni<VaultAnswer> again(
      String refused,
      VaultAnswer answer,
      HttpMethod method,
      String path,
      @Nullable JsonObject body) {
    return tokens
        .isOver(refused)
        .flatMap(
            over ->
                over
                    ? tokens
                        .token()
                        .flatMap(
                            token ->
                                connection.ask(new VaultConnection.Call(method, path, token, body)))
                    : Uni.createFrom().item(answer));
  }

  /** A cas that does not match is a 400 of many, known by its words. */
  private static VaultAnswer checked(VaultAnswer answer) {
    if (answer.isSuccess()) {
      return answer;
    }
    throw answer.status() == 400 && answer.says("check-and-set")
        ? SecretStore.otherVersion()
        : answer.error();
  }
}
