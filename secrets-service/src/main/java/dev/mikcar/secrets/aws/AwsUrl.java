package dev.mikcar.secrets.aws;

import dev.mikcar.secrets.store.StoreUrl;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the secrets are: {@code awssm://region?option=value&…}. Never printed: it may hold a
 * secret.
 *
 * @param endpoint another server than Amazon's; null for Amazon's
 * @param accessKeyId null: the credentials of the environment, as Amazon's tools look for them
 */
public record AwsUrl(
    String region,
    @Nullable URI endpoint,
    @Nullable String accessKeyId,
    @Nullable String secretAccessKey) {
  /** What a URL looks like, for errors. */
  public static final String FORM = "awssm://region[?endpoint=…]";

  private static final Set<String> OPTIONS =
      Set.of("endpoint", "access_key_id", "secret_access_key");

  /**
   * Reads what stands behind the scheme.
   *
   * @throws IllegalArgumentException with a message that says what is wrong and holds no secret
   */
  public static AwsUrl parse(String rest) {
    StoreUrl url = StoreUrl.parse(rest, OPTIONS);
    if (!url.place().matches("[a-z]{2,}(-[a-z]+)+-\\d{1,2}")) {
      throw new IllegalArgumentException("what follows the scheme is no region");
    }
    Optional<String> id = url.option("access_key_id");
    Optional<String> secret = url.option("secret_access_key");
    if (id.isPresent() != secret.isPresent()) {
      throw new IllegalArgumentException("access_key_id and secret_access_key belong together");
    }
    return new AwsUrl(
        url.place(), url.endpoint().orElse(null), id.orElse(null), secret.orElse(null));
  }

  /** What tells this store from others: no credential is part of it. */
  public String identity() {
    return "aws " + region + " " + (endpoint == null ? "" : endpoint);
  }

  @Override
  public String toString() {
    return "AwsUrl[" + region + "]";
  }
}
