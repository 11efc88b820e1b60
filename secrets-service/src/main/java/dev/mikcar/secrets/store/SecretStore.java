package dev.mikcar.secrets.store;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.service.Backend;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Secrets with their versions. Safe for any number of threads; no method blocks; nothing is done
 * before the {@link Uni} is subscribed to, and everything anew for each subscription.
 *
 * <p>Each method fails with {@link ApiException.NotFound} when there is no such secret or version,
 * and with {@link ApiException.BadRequest} when the store can have no secret of this name, value or
 * labels, naming its limit; with {@link ApiException.BackendUnavailable} or {@link
 * ApiException.BackendTimeout} when the store cannot do its work, its refusal of our own
 * credentials included. No failure holds a value. A write that has succeeded is as durable as the
 * store makes it, and is what the next read of the store through this process sees.
 */
public interface SecretStore extends Backend {
  /** Reads a version that can be read. */
  Uni<Secret> get(SecretName name, WantedVersion version);

  /**
   * Makes a secret.
   *
   * @return its version
   * @throws ApiException.Conflict by the Uni, when there is one
   */
  Uni<String> create(SecretName name, SecretValue value, Map<String, String> labels);

  /**
   * Writes a new version, which becomes the current one.
   *
   * @param labels replace those there are; null: they stay
   * @param cas only when this is the current version; null: whatever is. Decided by the store, in
   *     one step with the write
   * @return the new version
   * @throws ApiException.PreconditionFailed by the Uni, when another version is current; nothing
   *     has changed
   */
  Uni<String> update(
      SecretName name,
      SecretValue value,
      @Nullable Map<String, String> labels,
      @Nullable String cas);

  /** Deletes a secret with all its versions; softly where the store can. */
  Uni<Void> delete(SecretName name);

  /** The versions that the store still knows, newest first. */
  Uni<List<SecretVersion>> versions(SecretName name);

  /** Whether there is a secret with a current version. Never fails with NotFound. */
  default Uni<Boolean> exists(SecretName name) {
    return get(name, new WantedVersion.Current())
        .map(secret -> true)
        .onFailure(ApiException.NotFound.class)
        .recoverWithItem(false);
  }

  /**
   * All secrets that {@link #exists}, whose name begins so, sorted by name.
   *
   * @param prefix may end anywhere in a name; may be empty
   * @throws ApiException by the Uni, 413, when there are more than {@link Listing#MOST}
   */
  Uni<List<SecretSummary>> list(String prefix);

  /**
   * Asks a store that notices changes of others to tell of them, soon after they happen. One that
   * does not, does nothing. Called once, before anything else.
   *
   * @param changed takes the name of the secret; called on any thread, must not block
   */
  default void tell(Consumer<SecretName> changed) {}

  /** Ends what is under way. Does not fail. */
  @Override
  void close();

  /** 404. */
  static ApiException notFound() {
    return new ApiException.NotFound("no such secret");
  }

  /** 404, for a version of a secret that there may be. */
  static ApiException noVersion() {
    return new ApiException.NotFound("no such secret, or no such version of it");
  }

  /** 409. */
  static ApiException exists() {
    return new ApiException.Conflict("CONFLICT", "there is a secret of this name already");
  }

  /** 412. */
  static ApiException otherVersion() {
    return new ApiException.PreconditionFailed("cas is not the current version of the secret");
  }

  /** 405. */
  static ApiException readOnly(String backend) {
    return new ApiException.HttpStatus(
        405, "METHOD_NOT_ALLOWED", backend + " is read only", Map.of("Allow", "GET, HEAD"));
  }

  /** The exact version that is asked for, when that is so. */
  static Optional<String> exact(WantedVersion version) {
    return version instanceof WantedVersion.Exact(String id) ? Optional.of(id) : Optional.empty();
  }
}
