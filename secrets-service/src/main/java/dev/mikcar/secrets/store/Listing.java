package dev.mikcar.secrets.store;

import dev.mikcar.common.error.ApiException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Gathers a listing, and ends it before it takes too much memory. Not for several threads. */
public final class Listing {
  /** How many secrets a listing has at most. */
  public static final int MOST = 100_000;

  private final List<SecretSummary> found = new ArrayList<>();

  /**
   * Adds a secret.
   *
   * @throws ApiException 413, when there are too many
   */
  public void add(SecretSummary secret) {
    if (found.size() == MOST) {
      throw tooMany();
    }
    found.add(secret);
  }

  /** 413. */
  public static ApiException tooMany() {
    return new ApiException.OfService(
        413,
        "RESULT_TOO_LARGE",
        "more than " + MOST + " secrets begin so; ask for a longer prefix",
        Map.of());
  }

  /** All of them, sorted by name. */
  public List<SecretSummary> sorted() {
    found.sort(Comparator.comparing(SecretSummary::name));
    return List.copyOf(found);
  }
}
