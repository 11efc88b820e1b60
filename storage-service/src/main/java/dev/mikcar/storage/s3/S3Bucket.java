package dev.mikcar.storage.s3;

import dev.mikcar.storage.store.BucketUrl;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the objects are: {@code s3://bucket[/prefix]?option=value&…}. Never printed: it may hold a
 * secret.
 *
 * @param prefix what stands in front of every path, with a slash at its end; may be empty
 * @param endpoint another store than Amazon's; null for Amazon's
 * @param region null: the one of the environment
 * @param pathStyle the bucket in the path rather than in the host name
 * @param accessKeyId null: the credentials of the environment, as Amazon's tools look for them
 */
public record S3Bucket(
    String name,
    String prefix,
    @Nullable URI endpoint,
    @Nullable String region,
    boolean pathStyle,
    @Nullable String accessKeyId,
    @Nullable String secretAccessKey) {
  /** What a URL of a bucket looks like, for errors. */
  public static final String FORM = "s3://bucket[/prefix][?endpoint=…&region=…]";

  private static final Set<String> OPTIONS =
      Set.of("endpoint", "region", "path_style", "access_key_id", "secret_access_key");

  /**
   * Reads what stands behind {@code s3://}.
   *
   * @throws IllegalArgumentException with a message that says what is wrong and holds no secret
   */
  public static S3Bucket parse(String rest) {
    BucketUrl url = BucketUrl.parse(rest, OPTIONS);
    Map<String, String> options = url.options();
    if (!url.name().matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
      throw new IllegalArgumentException("what follows s3:// is no name of a bucket");
    }
    if ((options.get("access_key_id") == null) != (options.get("secret_access_key") == null)) {
      throw new IllegalArgumentException(
          "access_key_id and secret_access_key belong together, and one is missing");
    }
    return new S3Bucket(
        url.name(),
        url.prefix(),
        endpoint(options.get("endpoint")),
        options.get("region"),
        flag(options.getOrDefault("path_style", "false")),
        options.get("access_key_id"),
        options.get("secret_access_key"));
  }

  private static @Nullable URI endpoint(@Nullable String text) {
    if (text == null) {
      return null;
    }
    URI uri = URI.create(text);
    if (uri.getHost() == null || !Set.of("http", "https").contains(uri.getScheme())) {
      throw new IllegalArgumentException("endpoint is no http or https URL");
    }
    return uri;
  }

  private static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("path_style is neither true nor false");
    };
  }

  @Override
  public String toString() {
    return "S3Bucket[" + name + "]";
  }
}
