package dev.mikcar.secrets.vault;

import dev.mikcar.common.error.ApiException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An answer of Vault's, https://developer.hashicorp.com/vault/api-docs#http-status-codes.
 *
 * @param retryAfter seconds; 1 when Vault does not say
 */
record VaultAnswer(int status, Buffer body, int retryAfter) {
  boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /**
   * The body of a success.
   *
   * @throws ApiException when it is no JSON object
   */
  JsonObject json() {
    try {
      return body.length() == 0 ? new JsonObject() : body.toJsonObject();
    } catch (DecodeException | ClassCastException e) {
      // Not passed on: it quotes the body.
      throw new ApiException.BackendUnavailable("what Vault answers is not JSON", 1);
    }
  }

  /**
   * A part of the body.
   *
   * @throws ApiException when it is not there
   */
  JsonObject part(String name) {
    JsonObject part = part(json(), name);
    if (part == null) {
      throw new ApiException.BackendUnavailable("what Vault answers lacks '" + name + "'", 1);
    }
    return part;
  }

  static @Nullable JsonObject part(JsonObject json, String name) {
    return json.getValue(name) instanceof JsonObject part ? part : null;
  }

  /** Whether it is an error that says so. */
  boolean says(String text) {
    if (isSuccess()) {
      return false;
    }
    try {
      JsonArray errors = json().getJsonArray("errors", new JsonArray());
      return errors.stream()
          .anyMatch(e -> String.valueOf(e).toLowerCase(Locale.ROOT).contains(text));
    } catch (ApiException | ClassCastException e) {
      return false;
    }
  }

  /** What an error means, for statuses that mean the same on every path but 403 and 404. */
  ApiException error() {
    return switch (status) {
      case 400 -> new ApiException.BadRequest("Vault does not take this");
      case 403 -> new ApiException.Forbidden("Vault does not let the sidecar do this");
      case 404 -> new ApiException.NotFound("no such secret");
      case 413 -> new ApiException.BadRequest("the value is larger than Vault takes");
      case 429 -> new ApiException.BackendUnavailable("Vault limits the requests", retryAfter);
      case 503 ->
          new ApiException.BackendUnavailable(
              says("sealed") ? "Vault is sealed" : "Vault cannot do its work now", retryAfter);
      default -> new ApiException.BackendUnavailable("Vault cannot do its work now", retryAfter);
    };
  }

  @Override
  public String toString() {
    return "VaultAnswer[" + status + "]";
  }
}
