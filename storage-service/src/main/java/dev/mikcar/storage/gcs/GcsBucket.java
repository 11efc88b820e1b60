package dev.mikcar.storage.gcs;

import dev.mikcar.storage.store.BucketUrl;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the objects are: {@code gs://bucket[/prefix]?option=value&…}.
 *
 * @param prefix what stands in front of every path, with a slash at its end; may be empty
 * @param endpoint scheme, host and port of another store than Google's; null for Google's
 * @param credentials how the store knows us: {@link #DEFAULT}, {@link #NONE}, or the path of a file
 *     as Google's console gives it
 */
public record GcsBucket(String name, String prefix, @Nullable URI endpoint, String credentials) {
  /** What a URL of a bucket looks like, for errors. */
  public static final String FORM = "gs://bucket[/prefix][?endpoint=…&credentials=…]";

  /** The credentials that Google's tools find. */
  static final String DEFAULT = "default";

  /** No credentials, as emulators want it. */
  static final String NONE = "none";

  private static final String ENDPOINT = "endpoint";
  private static final String CREDENTIALS = "credentials";
  private static final Set<String> OPTIONS = Set.of(CREDENTIALS, ENDPOINT);

  /**
   * Reads what stands behind {@code gs://}.
   *
   * @throws IllegalArgumentException with a message that says what is wrong
   */
  public static GcsBucket parse(String rest) {
    BucketUrl url = BucketUrl.parse(rest, OPTIONS);
    Map<String, String> options = url.options();
    if (!url.name().matches("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")) {
      throw new IllegalArgumentException("what follows gs:// is no name of a bucket");
    }
    URI endpoint = endpoint(options.get(ENDPOINT));
    return new GcsBucket(
        url.name(),
        url.prefix(),
        endpoint,
        // Not sent to whoever answers there unless somebody says so.
        credentials(options.getOrDefault(CREDENTIALS, endpoint == null ? DEFAULT : NONE)));
  }

  private static String credentials(String text) {
    try {
      if (text.equals(DEFAULT) || text.equals(NONE) || Files.isReadable(Path.of(text))) {
        return text;
      }
    } catch (InvalidPathException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "credentials is neither 'default' nor 'none' nor a file that can be read");
  }

  private static @Nullable URI endpoint(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (uri.getHost() != null
          && Set.of("http", "https").contains(uri.getScheme())
          && text.startsWith(uri.getScheme() + "://" + uri.getAuthority())
          && uri.getRawUserInfo() == null
          && uri.getRawPath().isEmpty()
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException("endpoint is no http or https URL of a host and port alone");
  }

  /** Scheme, host and port of the store, without a slash at the end. */
  String root() {
    return endpoint == null ? "https://storage.googleapis.com" : endpoint.toString();
  }
}
