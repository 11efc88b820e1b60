package dev.mikcar.secrets.vault;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Listing;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretSummary;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A listing through all folders that can have a secret whose name begins so, level by level; then
 * each secret is asked for, since Vault also lists those that are deleted.
 */
final class VaultListing {
  /** Calls at once. */
  private static final int AT_ONCE = 16;

  private final VaultCalls calls;
  private final String prefix;
  private final List<SecretName> names = new ArrayList<>();

  VaultListing(VaultCalls calls, String prefix) {
    this.calls = calls;
    this.prefix = prefix;
  }

  /** A folder, with a slash at its end unless it is the root, and what is in it. */
  private record Folder(String path, List<String> children) {}

  /**
   * @param about gives what is known of a secret, empty when there is none
   */
  Uni<List<SecretSummary>> all(Function<SecretName, Uni<Optional<SecretSummary>>> about) {
    return Uni.createFrom()
        .deferred(() -> new VaultListing(calls, prefix).level(List.of(start())))
        .flatMap(
            all ->
                Multi.createFrom()
                    .iterable(all)
                    .onItem()
                    .transformToUni(about::apply)
                    .merge(AT_ONCE)
                    .collect()
                    .in(Listing::new, (listing, found) -> found.ifPresent(listing::add))
                    .map(Listing::sorted));
  }

  private String start() {
    return prefix.substring(0, prefix.lastIndexOf('/') + 1);
  }

  private Uni<List<SecretName>> level(List<String> folders) {
    return Multi.createFrom()
        .iterable(folders)
        .onItem()
        .transformToUni(this::list)
        .merge(AT_ONCE)
        .collect()
        .asList()
        .flatMap(
            listed -> {
              List<String> next = new ArrayList<>();
              listed.forEach(folder -> sort(folder, next));
              return next.isEmpty() ? Uni.createFrom().item(names) : level(next);
            });
  }

  private void sort(Folder folder, List<String> folders) {
    for (String child : folder.children()) {
      String path = folder.path() + child;
      if (!path.startsWith(prefix) && !prefix.startsWith(path)) {
        continue;
      }
      if (names.size() + folders.size() > Listing.MOST) {
        throw Listing.tooMany();
      }
      if (path.endsWith("/")) {
        folders.add(path);
      } else if (path.startsWith(prefix)) {
        add(path);
      }
    }
  }

  /** Others may have made secrets with names that nobody can ask us for. */
  private void add(String path) {
    try {
      names.add(new SecretName(path));
    } catch (ApiException.BadRequest e) {
      return;
    }
  }

  private Uni<Folder> list(String path) {
    return calls
        .get("metadata", path, "?list=true")
        .map(data -> new Folder(path, keys(data)))
        .onFailure(ApiException.NotFound.class)
        .recoverWithItem(new Folder(path, List.of()));
  }

  private static List<String> keys(JsonObject data) {
    return data.getJsonArray("keys", new JsonArray()).stream().map(String::valueOf).toList();
  }
}
