package dev.mikcar.common.settings;

import java.net.URI;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The URL of a backend as a setting has it, taken apart at its scheme. Only the scheme is ever said
 * in an error: what follows it may hold a credential.
 *
 * @param variable the name of the setting
 * @param accepted what is accepted, for errors
 * @param scheme what stands before the separator; empty when there is no separator
 * @param rest what follows it
 */
public record BackendUrl(String variable, String accepted, String scheme, String rest) {
  /**
   * Takes a URL apart.
   *
   * @param separator what ends the scheme, such as {@code ://}
   */
  public static BackendUrl of(String variable, String accepted, String url, String separator) {
    int end = url.indexOf(separator);
    return end < 0
        ? new BackendUrl(variable, accepted, "", "")
        : new BackendUrl(
            variable, accepted, url.substring(0, end), url.substring(end + separator.length()));
  }

  /** For a scheme that no backend has. */
  public SettingException unknown() {
    return unusable(scheme.isEmpty() ? "it is no URL" : "there is no backend '" + scheme + "'");
  }

  /** For what follows the scheme. */
  public SettingException unusable(String problem) {
    return new SettingException(variable, problem, accepted);
  }

  /**
   * For a backend whose URL is its scheme and nothing more.
   *
   * @throws SettingException when there is more
   */
  public void requireNothingMore() {
    if (!rest.isEmpty()) {
      throw unusable(scheme + ":// takes nothing after it");
    }
  }

  /**
   * What follows the scheme, as a backend reads it.
   *
   * @param parser throws an {@link IllegalArgumentException} whose message holds no credential
   */
  public <T> T parse(Function<String, T> parser) {
    try {
      return parser.apply(rest);
    } catch (IllegalArgumentException e) {
      throw unusable(String.valueOf(e.getMessage()));
    }
  }

  /** The path that follows the scheme, see the other. */
  public Path path(String what) {
    return path(rest, what);
  }

  /**
   * The path that a text after the scheme says: percent-decoded, as in any URL; without a third
   * slash ({@code file://folder}) relative to the working directory.
   *
   * @param text what follows {@code ://}
   * @param what it is to be the path of, for the error
   * @return an absolute path
   * @throws SettingException when it is no path
   */
  public Path path(String text, String what) {
    try {
      URI uri = URI.create("file:///x/" + text);
      if (!text.isBlank() && uri.getQuery() == null && uri.getFragment() == null) {
        return Path.of(uri.getPath().substring("/x/".length())).toAbsolutePath();
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw unusable("what follows the scheme is no " + what);
  }
}
