package dev.mikcar.secrets.vault;

import dev.mikcar.common.error.ApiException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The token that Vault knows us by. It is got when it is first needed, one login for all who wait;
 * renewed when two thirds of its time are over; and got anew when it can be renewed no further, or
 * Vault has revoked it. A login that failed is not repeated within a second.
 */
final class VaultTokens implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(VaultTokens.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** How long it is believed that a token is good after Vault has said so. */
  private static final Duration BELIEF = Duration.ofSeconds(5);

  /** The longest that a timer is set to; tokens may live for years. */
  private static final long LONGEST_TIMER = Duration.ofDays(1).toMillis();

  private final Vertx vertx;
  private final VaultUrl url;
  private final VaultConnection connection;
  private final Executor blocking;
  private @Nullable CompletableFuture<Granted> login;
  private @Nullable CompletableFuture<Boolean> check;
  private @Nullable Granted current;
  private @Nullable ApiException lastFailure;
  private long failedAt;
  private boolean confirmed;
  private long confirmedAt;
  private long timer = -1;
  private boolean closed;

  /**
   * A token that we have.
   *
   * @param seconds how long it lives; 0: for ever
   */
  private record Granted(String token, long seconds, boolean renewable) {
    @Override
    public String toString() {
      return "Granted[" + seconds + " s]";
    }
  }

  /**
   * @param blocking where files are read
   */
  VaultTokens(Vertx vertx, VaultUrl url, VaultConnection connection, Executor blocking) {
    this.vertx = vertx;
    this.url = url;
    this.connection = connection;
    this.blocking = blocking;
  }

  /** A token that was good when it was last heard of. */
  Uni<String> token() {
    return Uni.createFrom().deferred(() -> waitFor(granted())).map(Granted::token);
  }

  private CompletableFuture<Granted> granted() {
    CompletableFuture<Granted> mine;
    synchronized (this) {
      if (current != null) {
        return CompletableFuture.completedFuture(current);
      }
      if (login != null) {
        return login;
      }
      if (lastFailure != null && System.nanoTime() - failedAt < PAUSE.toNanos()) {
        return CompletableFuture.failedFuture(lastFailure);
      }
      mine = new CompletableFuture<>();
      login = mine;
    }
    var _ = login().subscribe().with(granted -> loggedIn(mine, granted), e -> notLoggedIn(mine, e));
    return mine;
  }

  private void loggedIn(CompletableFuture<Granted> mine, Granted granted) {
    synchronized (this) {
      login = null;
      lastFailure = null;
      current = granted;
      confirmed = false;
    }
    LOG.infof("Logged in to Vault for %d s", granted.seconds());
    schedule(granted, granted.seconds());
    mine.complete(granted);
  }

  private void notLoggedIn(CompletableFuture<Granted> mine, Throwable e) {
    ApiException failure =
        e instanceof ApiException api && (api.status() == 503 || api.status() == 504)
            ? api
            : new ApiException.BackendUnavailable(
                "Vault refuses the credentials of the sidecar", 1);
    synchronized (this) {
      login = null;
      lastFailure = failure;
      failedAt = System.nanoTime();
    }
    LOG.warnf("No login to Vault: %s", failure.getMessage());
    mine.completeExceptionally(failure);
  }

  private Uni<Granted> login() {
    return Uni.createFrom()
        .item(
            () -> {
              var _ = connection.renewed();
              return VaultCredentials.read(url.login());
            })
        .runSubscriptionOn(blocking)
        .flatMap(
            credentials ->
                switch (url.login()) {
                  case VaultUrl.Login.ByToken _, VaultUrl.Login.ByTokenFile _ ->
                      lookUp(credentials.getString("token"));
                  case VaultUrl.Login.ByAppRole role -> logIn(role.mount(), credentials);
                  case VaultUrl.Login.ByKubernetes role -> logIn(role.mount(), credentials);
                });
  }

  private Uni<Granted> logIn(String mount, JsonObject credentials) {
    return connection
        .ask(
            new VaultConnection.Call(
                HttpMethod.POST, "auth/" + mount + "/login", null, credentials))
        .map(answer -> granted(succeeded(answer).part("auth"), "client_token", "lease_duration"));
  }

  private Uni<Granted> lookUp(String token) {
    return connection
        .ask(new VaultConnection.Call(HttpMethod.GET, "auth/token/lookup-self", token, null))
        .map(answer -> granted(succeeded(answer).part("data").put("id", token), "id", "ttl"));
  }

  private static VaultAnswer succeeded(VaultAnswer answer) {
    if (!answer.isSuccess()) {
      throw answer.error();
    }
    return answer;
  }

  private static Granted granted(JsonObject json, String token, String seconds) {
    return new Granted(
        json.getString(token), json.getLong(seconds, 0L), json.getBoolean("renewable", false));
  }

  /** What to do before the end of a token: renew it, or forget it in time. */
  private void schedule(Granted granted, long seconds) {
    if (seconds <= 0) {
      return;
    }
    long wait = Math.max(200, Math.min(LONGEST_TIMER, seconds * 1000 * 2 / 3));
    synchronized (this) {
      vertx.cancelTimer(timer);
      if (!closed) {
        timer = vertx.setTimer(wait, ignored -> beforeEnd(granted));
      }
    }
  }

  private void beforeEnd(Granted granted) {
    if (!granted.renewable()) {
      forget(granted);
      return;
    }
    var _ =
        connection
            .ask(
                new VaultConnection.Call(
                    HttpMethod.POST,
                    "auth/token/renew-self",
                    granted.token(),
                    new JsonObject().put("increment", granted.seconds() + "s")))
            .map(answer -> succeeded(answer).part("auth").getLong("lease_duration", 0L))
            .subscribe()
            .with(seconds -> renewed(granted, seconds), e -> notRenewed(granted, e));
  }

  /** A token that is near the end of its longest life gets less than it asks for. */
  private void renewed(Granted granted, long seconds) {
    if (seconds < granted.seconds() / 2) {
      forget(granted);
    } else {
      schedule(granted, seconds);
    }
  }

  private void notRenewed(Granted granted, Throwable failure) {
    LOG.debugf("Vault does not renew the token: %s", failure.getMessage());
    if (failure instanceof ApiException e && e.status() < 500) {
      forget(granted);
    } else {
      // Vault is away. What is left of the token's time is not known to the second.
      schedule(granted, 3);
    }
  }

  private synchronized void forget(Granted granted) {
    if (granted.equals(current)) {
      current = null;
    }
  }

  /**
   * Vault refused a request with this token: is it the token that is not good any more, or may it
   * not do this? Asked once for all whose requests were refused.
   *
   * @return true when it is worth to ask again with another {@link #token}
   */
  Uni<Boolean> isOver(String token) {
    CompletableFuture<Boolean> mine;
    synchronized (this) {
      if (current == null || !current.token().equals(token)) {
        return Uni.createFrom().item(true);
      }
      if (confirmed && System.nanoTime() - confirmedAt < BELIEF.toNanos()) {
        return Uni.createFrom().item(false);
      }
      if (check != null) {
        return waitFor(check);
      }
      mine = new CompletableFuture<>();
      check = mine;
    }
    var _ =
        lookUp(token)
            .subscribe()
            .with(good -> checked(mine, token, true), e -> notChecked(mine, token, e));
    return waitFor(mine);
  }

  private void checked(CompletableFuture<Boolean> mine, String token, boolean good) {
    synchronized (this) {
      check = null;
      if (good) {
        confirmed = true;
        confirmedAt = System.nanoTime();
      } else if (current != null && current.token().equals(token)) {
        current = null;
      }
    }
    mine.complete(!good);
  }

  private void notChecked(CompletableFuture<Boolean> mine, String token, Throwable failure) {
    if (failure instanceof ApiException.Forbidden) {
      checked(mine, token, false);
      return;
    }
    synchronized (this) {
      check = null;
    }
    mine.completeExceptionally(failure);
  }

  /** A copy each: a caller that gives up cancels what it waits for. */
  private static <T> Uni<T> waitFor(CompletableFuture<T> result) {
    return Uni.createFrom()
        .completionStage(result::copy)
        .onFailure(CompletionException.class)
        .transform(e -> e.getCause() == null ? e : e.getCause());
  }

  @Override
  public synchronized void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }
}
