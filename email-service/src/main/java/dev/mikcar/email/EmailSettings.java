package dev.mikcar.email;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.common.settings.Units;
import dev.mikcar.email.mail.Limits;
import dev.mikcar.email.mime.DkimKey;
import dev.mikcar.email.mime.DkimSigner;
import dev.mikcar.email.smtp.TokenSource;
import dev.mikcar.email.suppress.SuppressList;
import java.io.IOException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The settings of email besides its URL, under the names of docs/settings.md.
 *
 * @param limits how large a message may be
 * @param suppressed who wants no mail; empty: nobody is known
 * @param dkim signs messages; empty: they are not signed
 * @param tokens where access tokens come from; empty: a password is used, or none
 */
record EmailSettings(
    Limits limits,
    Optional<SuppressList> suppressed,
    Optional<DkimSigner> dkim,
    Optional<TokenSource> tokens) {
  private static final String DKIM_DOMAIN = "EMAIL_DKIM_DOMAIN";
  private static final String DKIM_SELECTOR = "EMAIL_DKIM_SELECTOR";
  private static final String DKIM_KEY_FILE = "EMAIL_DKIM_KEY_FILE";
  private static final String TOKEN_URL = "EMAIL_OAUTH_TOKEN_URL";
  private static final String CLIENT_ID = "EMAIL_OAUTH_CLIENT_ID";
  private static final String CLIENT_SECRET = "EMAIL_OAUTH_CLIENT_SECRET";
  private static final String REFRESH_TOKEN = "EMAIL_OAUTH_REFRESH_TOKEN";
  private static final String SCOPE = "EMAIL_OAUTH_SCOPE";

  /**
   * Reads and checks all of them.
   *
   * @param lookup gives a variable's text
   * @throws SettingException naming the first that cannot be used
   */
  static EmailSettings read(Function<String, Optional<String>> lookup) {
    return new EmailSettings(
        new Limits(
            lookup
                .apply("EMAIL_MAX_SIZE")
                .map(text -> Units.bytes("EMAIL_MAX_SIZE", text))
                .orElse(32L << 20),
            number("EMAIL_MAX_RECIPIENTS", lookup, 100),
            number("EMAIL_MAX_ATTACHMENTS", lookup, 50)),
        lookup.apply("EMAIL_SUPPRESS").map(text -> SuppressList.in(path("EMAIL_SUPPRESS", text))),
        dkim(lookup),
        tokens(lookup));
  }

  private static int number(
      String variable, Function<String, Optional<String>> lookup, int otherwise) {
    Optional<String> given = lookup.apply(variable);
    if (given.isEmpty()) {
      return otherwise;
    }
    if (given.get().matches("0*[1-9]\\d{0,4}")) {
      return Integer.parseInt(given.get());
    }
    throw new SettingException(
        variable, "'" + given.get() + "' is no such number", "a number from 1 to 99999");
  }

  private static Path path(String variable, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new SettingException(variable, "'" + text + "' is no path", "a path of this system");
    }
  }

  private static Optional<DkimSigner> dkim(Function<String, Optional<String>> lookup) {
    if (isUnset(lookup, DKIM_DOMAIN, DKIM_SELECTOR, DKIM_KEY_FILE)) {
      return Optional.empty();
    }
    String file = required(lookup, DKIM_KEY_FILE, "a file with a private key in PEM");
    try {
      return Optional.of(
          DkimKey.signer(
              name(lookup, DKIM_DOMAIN, "example.org"),
              name(lookup, DKIM_SELECTOR, "mail2026"),
              path(DKIM_KEY_FILE, file)));
    } catch (IOException | GeneralSecurityException e) {
      throw new SettingException(
          DKIM_KEY_FILE,
          "there is no usable private key in the file '" + file + "'",
          "a file with a private key in PEM, RSA of at least 1024 bits or Ed25519");
    }
  }

  private static String name(
      Function<String, Optional<String>> lookup, String variable, String example) {
    String accepted = "a name such as " + example;
    String name = required(lookup, variable, accepted);
    if (!name.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*")) {
      throw new SettingException(variable, "'" + name + "' is no such name", accepted);
    }
    return name;
  }

  private static Optional<TokenSource> tokens(Function<String, Optional<String>> lookup) {
    if (isUnset(lookup, TOKEN_URL, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SCOPE)) {
      return Optional.empty();
    }
    String accepted = "an https URL";
    String url = required(lookup, TOKEN_URL, accepted);
    try {
      return Optional.of(
          new TokenSource(
              URI.create(url),
              required(lookup, CLIENT_ID, "the id that the provider gave the application"),
              lookup.apply(CLIENT_SECRET),
              lookup.apply(REFRESH_TOKEN),
              lookup.apply(SCOPE)));
    } catch (IllegalArgumentException e) {
      throw new SettingException(TOKEN_URL, "it is no URL", accepted);
    }
  }

  private static boolean isUnset(Function<String, Optional<String>> lookup, String... variables) {
    return Stream.of(variables).map(lookup).allMatch(Optional::isEmpty);
  }

  private static String required(
      Function<String, Optional<String>> lookup, String variable, String accepted) {
    return lookup
        .apply(variable)
        .orElseThrow(
            () ->
                new SettingException(
                    variable, "it is not set, while others that belong to it are", accepted));
  }
}
