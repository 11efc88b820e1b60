package dev.mikcar.email.smtp;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Logs in with an access token ({@code XOAUTH2}), which is fetched when it is needed and again a
 * minute before it ends, or when the server does not accept it. For use by many at once: one of
 * them fetches, the others wait.
 *
 * @see <a href="https://developers.google.com/workspace/gmail/imap/xoauth2-protocol">XOAUTH2</a>
 */
final class TokenLogin implements Login {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int LONGEST_ANSWER = 64 << 10;

  /** Before its end a token is as good as over; of a short one, half of its time. */
  private static final long MARGIN_SECONDS = 60;

  /** RFC 6749 section 5.1 has the lifetime optional. */
  private static final long USUAL_SECONDS = 300;

  /** A token that was refused so soon is not the reason. */
  private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();

  private final String user;
  private final TokenSource source;
  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(PATIENCE)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final Lock lock = new ReentrantLock();
  private Optional<String> refreshToken;
  private @Nullable Token token;

  private record Token(String text, long fetchedAt, long goodNanos) {
    boolean isGood() {
      return System.nanoTime() - fetchedAt < goodNanos;
    }
  }

  /** No token can be had. The message is for callers. */
  static final class TokenException extends IOException {
    private static final long serialVersionUID = 1L;
    private final boolean forGood;

    TokenException(String message, boolean forGood) {
      super(message);
      this.forGood = forGood;
    }

    /** Whether asking again is of no use. */
    boolean isForGood() {
      return forGood;
    }
  }

  /**
   * @param user whose mailbox it is
   */
  TokenLogin(String user, TokenSource source) {
    this.user = user;
    this.source = source;
    this.refreshToken = source.refreshToken();
  }

  @Override
  public Optional<String> mechanism() {
    return Optional.of("XOAUTH2");
  }

  @Override
  public Optional<Credentials> current() throws IOException {
    lock.lock();
    try {
      Token good = token;
      if (good == null || !good.isGood()) {
        good = fetch();
        token = good;
      }
      return Optional.of(new Credentials(user, good.text()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TokenException("the wait for the token was interrupted", false);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean refused() {
    lock.lock();
    try {
      Token old = token;
      token = null;
      return old == null || System.nanoTime() - old.fetchedAt() > FRESH_NANOS;
    } finally {
      lock.unlock();
    }
  }

  private Token fetch() throws IOException, InterruptedException {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", refreshToken.isPresent() ? "refresh_token" : "client_credentials");
    form.put("client_id", source.clientId());
    source.clientSecret().ifPresent(secret -> form.put("client_secret", secret));
    refreshToken.ifPresent(refresh -> form.put("refresh_token", refresh));
    source.scope().ifPresent(scope -> form.put("scope", scope));
    HttpRequest request =
        HttpRequest.newBuilder(source.url())
            .timeout(PATIENCE)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(encoded(form)))
            .build();
    HttpResponse<InputStream> response;
    try {
      response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new TokenException("the token endpoint " + source + " cannot be reached", false);
    }
    try (InputStream body = response.body()) {
      return token(response.statusCode(), read(body.readNBytes(LONGEST_ANSWER)));
    }
  }

  private JsonNode read(byte[] answer) throws IOException {
    try {
      return json.readTree(answer);
    } catch (JacksonException e) {
      // Its words would quote the answer.
      return json.createObjectNode();
    }
  }

  private Token token(int status, JsonNode answer) throws TokenException {
    String text = answer.path("access_token").asText("");
    if (status != 200 || text.isEmpty()) {
      // RFC 6749 section 5.2: a code of ASCII letters.
      String error = answer.path("error").asText("").replaceAll("[^a-z_]", "");
      throw new TokenException(
          "the token endpoint " + source + " answered " + status + " " + error,
          status >= 400 && status < 500 && status != 429);
    }
    String next = answer.path("refresh_token").asText("");
    if (!next.isEmpty()) {
      refreshToken = Optional.of(next); // Section 6: the old one may be over.
    }
    long seconds = Math.clamp(answer.path("expires_in").asLong(USUAL_SECONDS), 1, 86_400);
    long good = Math.max(seconds - MARGIN_SECONDS, seconds / 2);
    return new Token(text, System.nanoTime(), Duration.ofSeconds(good).toNanos());
  }

  private static String encoded(Map<String, String> form) {
    return form.entrySet().stream()
        .map(
            field ->
                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }
}
