package dev.mikcar.email.mail;

import dev.mikcar.common.error.ApiException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/** Where somebody says that they want no more mail, RFC 2369 section 3.2 and RFC 8058. */
public final class UnsubscribeAddress {
  private static final String FIELD = "list_unsubscribe";
  private static final int LONGEST = 900;
  private static final Set<String> SCHEMES = Set.of("https", "mailto");

  private UnsubscribeAddress() {}

  /**
   * Checks one.
   *
   * @return the same
   * @throws ApiException.BadRequest when it is neither an https nor a mailto URI
   */
  public static String parse(String text) {
    SingleLine.require(FIELD, text);
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean plain = text.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '<' && c != '>');
      boolean whole = scheme.equals("mailto") || uri.getHost() != null;
      if (plain && whole && SCHEMES.contains(scheme) && text.length() <= LONGEST) {
        return scheme + text.substring(scheme.length());
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw new ApiException.BadRequest(
        "field '" + FIELD + "' must hold https or mailto URIs of at most 900 ASCII characters");
  }
}
