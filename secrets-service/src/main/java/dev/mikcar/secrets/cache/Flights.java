package dev.mikcar.secrets.cache;

import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the store that are under way: at most one for each secret and version that others
 * may join, and one that waits for it to end, for those who want to know what is so after they
 * asked.
 */
final class Flights {
  private final Map<CacheKey, Flight> flights = new HashMap<>();

  /** One call. */
  static final class Flight {
    final CacheKey key;
    final CompletableFuture<Secret> result = new CompletableFuture<>();
    private @Nullable Flight next;
    private boolean outdated;

    Flight(CacheKey key) {
      this.key = key;
    }
  }

  /**
   * The call to wait for.
   *
   * @param after whether one that is under way already will not do
   * @param start starts a new one; called at once, or when the one before it has ended
   */
  Flight join(CacheKey key, boolean after, Consumer<Flight> start) {
    Flight flight;
    synchronized (this) {
      Flight current = flights.get(key);
      if (current != null) {
        if (!after) {
          return current;
        }
        if (current.next == null) {
          Flight next = new Flight(key);
          current.next = next;
          var _ = current.result.whenComplete((secret, failure) -> begin(next, start));
        }
        return current.next;
      }
      flight = new Flight(key);
      flights.put(key, flight);
    }
    start.accept(flight);
    return flight;
  }

  private void begin(Flight flight, Consumer<Flight> start) {
    Flight other;
    synchronized (this) {
      other = flights.putIfAbsent(flight.key, flight);
    }
    if (other == null) {
      start.accept(flight);
    } else {
      // Begun meanwhile, hence late enough.
      var _ =
          other.result.whenComplete(
              (secret, failure) -> {
                if (failure == null) {
                  flight.result.complete(secret);
                } else {
                  flight.result.completeExceptionally(failure);
                }
              });
    }
  }

  /**
   * To be called before a call's result is told.
   *
   * @return whether the result may be kept
   */
  synchronized boolean end(Flight flight) {
    var _ = flights.remove(flight.key, flight);
    return !flight.outdated;
  }

  /** What is under way for a secret is not to be kept, nor joined. */
  synchronized void outdate(SecretName name) {
    flights
        .values()
        .removeIf(
            flight -> {
              boolean concerned = flight.key.name().equals(name);
              flight.outdated |= concerned;
              return concerned;
            });
  }

  synchronized int size() {
    return flights.size();
  }
}
