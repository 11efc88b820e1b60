package dev.mikcar.email.smtp;

import dev.mikcar.common.settings.SettingException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * Where access tokens come from, OAuth 2.0: RFC 6749 section 6 with a refresh token, section 4.4
 * without.
 *
 * @param url the token endpoint
 * @param clientSecret empty for public clients, which have a refresh token alone
 * @param refreshToken empty: the client's own credentials are enough
 */
public record TokenSource(
    URI url,
    String clientId,
    Optional<String> clientSecret,
    Optional<String> refreshToken,
    Optional<String> scope) {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** Secrets go to servers that show a certificate, or do not leave the machine. */
  public TokenSource {
    String host = String.valueOf(url.getHost());
    boolean safe =
        "https".equals(url.getScheme())
            || ("http".equals(url.getScheme()) && LOOPBACK.contains(host));
    if (url.getHost() == null || !safe) {
      throw new SettingException("EMAIL_OAUTH_TOKEN_URL", "it is no such URL", "an https URL");
    }
    if (clientSecret.isEmpty() && refreshToken.isEmpty()) {
      throw new SettingException(
          "EMAIL_OAUTH_CLIENT_SECRET", "it is not set", "it, or EMAIL_OAUTH_REFRESH_TOKEN");
    }
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return String.valueOf(url.getHost());
  }
}
