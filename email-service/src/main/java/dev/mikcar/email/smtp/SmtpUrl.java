package dev.mikcar.email.smtp;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.PercentEncoding;
import dev.mikcar.common.settings.BackendUrl;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code EMAIL_URL} says of an SMTP server: {@code
 * smtp[s]://[user[:password]@]host[:port][?option=value&…]}.
 *
 * @param host a name, or an address without brackets
 * @param user percent-decoded; empty: nobody logs in
 * @param password percent-decoded; may be empty
 * @param from the sender of messages that name none; empty: they have to
 * @param pool the most connections at a time
 * @param perConnection the most messages over one connection
 * @param rate the most messages in a second; 0: as many as can be
 * @param ca certificates in PEM to trust instead of the platform's
 * @param helo what this machine calls itself
 */
public record SmtpUrl(
    String host,
    int port,
    Tls tls,
    String user,
    String password,
    Optional<String> from,
    int pool,
    int perConnection,
    int rate,
    Optional<Path> ca,
    Optional<String> helo) {
  /** Where servers listen that know no STARTTLS: relays in the same network, and mail catchers. */
  private static final Set<Integer> PLAIN_PORTS = Set.of(25, 1025, 2525);

  private static final Set<String> OPTIONS =
      Set.of("starttls", "from", "pool", "per_connection", "rate", "ca", "helo");
  private static final int SUBMISSION = 587;
  private static final int SUBMISSIONS = 465;

  /**
   * Reads it; the scheme is {@code smtp} or {@code smtps}.
   *
   * @throws dev.mikcar.common.settings.SettingException naming what cannot be used, never a
   *     credential
   */
  public static SmtpUrl of(BackendUrl url) {
    return new Reader(url).read();
  }

  /** Without the credentials. */
  @Override
  public String toString() {
    return host + ":" + port;
  }

  /** One reading. */
  private static final class Reader {
    private final BackendUrl url;
    private final Map<String, String> options = new HashMap<>();

    Reader(BackendUrl url) {
      this.url = url;
    }

    SmtpUrl read() {
      // A user may be an address: the last @ ends the login.
      int at = url.rest().lastIndexOf('@', endOfPlace());
      String login = at < 0 ? "" : url.rest().substring(0, at);
      String place = url.rest().substring(at + 1);
      int question = place.indexOf('?');
      if (question >= 0) {
        readOptions(place.substring(question + 1));
        place = place.substring(0, question);
      }
      place = place.endsWith("/") ? place.substring(0, place.length() - 1) : place;
      int colon = login.indexOf(':');
      boolean implicit = url.scheme().equals("smtps");
      int port = port(place, implicit ? SUBMISSIONS : SUBMISSION);
      return new SmtpUrl(
          host(place),
          port,
          implicit ? Tls.IMPLICIT : tls(port),
          decoded("the user", colon < 0 ? login : login.substring(0, colon)),
          colon < 0 ? "" : decoded("the password", login.substring(colon + 1)),
          Optional.ofNullable(options.get("from")),
          number("pool", 10, 1, 1000),
          number("per_connection", 100, 1, 1_000_000),
          number("rate", 0, 1, 1_000_000),
          Optional.ofNullable(options.get("ca")).map(Path::of),
          Optional.ofNullable(options.get("helo")));
    }

    /** An @ behind the question mark belongs to an option. */
    private int endOfPlace() {
      int question = url.rest().indexOf('?');
      return question < 0 ? url.rest().length() : question;
    }

    private void readOptions(String query) {
      for (String pair : query.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        if (!OPTIONS.contains(name) || equals < 0 || equals == pair.length() - 1) {
          throw url.unusable(
              OPTIONS.contains(name)
                  ? "option '" + name + "' has no value"
                  : "there is no such option; there are " + String.join(", ", sorted()));
        }
        if (options.put(name, decoded("option '" + name + "'", pair.substring(equals + 1)))
            != null) {
          throw url.unusable("option '" + name + "' is there twice");
        }
      }
    }

    private static Iterable<String> sorted() {
      return OPTIONS.stream().sorted().toList();
    }

    private String host(String place) {
      int end = place.startsWith("[") ? place.indexOf(']') : place.indexOf(':');
      String host =
          place.startsWith("[")
              ? place.substring(1, Math.max(end, 1))
              : end < 0 ? place : place.substring(0, end);
      if (!host.matches(place.startsWith("[") ? "[0-9a-fA-F:.]+" : "[\\w.-]+")) {
        throw url.unusable("there is no host, or it is none");
      }
      return host.toLowerCase(Locale.ROOT);
    }

    private int port(String place, int otherwise) {
      int colon = place.indexOf(':', Math.max(place.indexOf(']'), 0));
      if (colon < 0) {
        return otherwise;
      }
      String digits = place.substring(colon + 1);
      if (digits.matches("\\d{1,5}")) {
        int port = Integer.parseInt(digits);
        if (port > 0 && port <= 65535) {
          return port;
        }
      }
      throw url.unusable("the port is none");
    }

    private Tls tls(int port) {
      String mode = options.get("starttls");
      return switch (mode) {
        case null -> PLAIN_PORTS.contains(port) ? Tls.DISABLED : Tls.REQUIRED;
        case "required" -> Tls.REQUIRED;
        case "optional" -> Tls.OPTIONAL;
        case "disabled" -> Tls.DISABLED;
        default -> throw url.unusable("starttls is none of required, optional, disabled");
      };
    }

    private int number(String option, int otherwise, int least, int most) {
      String text = options.get(option);
      if (text == null) {
        return otherwise;
      }
      if (text.matches("\\d{1,7}")) {
        int number = Integer.parseInt(text);
        if (number >= least && number <= most) {
          return number;
        }
      }
      throw url.unusable(option + " is no number from " + least + " to " + most);
    }

    private String decoded(String what, String text) {
      try {
        return PercentEncoding.decode(what, text);
      } catch (ApiException.BadRequest e) {
        throw url.unusable(what + " is not percent-encoded UTF-8");
      }
    }
  }
}
