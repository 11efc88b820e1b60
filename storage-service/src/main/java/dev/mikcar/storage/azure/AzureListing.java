package dev.mikcar.storage.azure;

import com.azure.core.http.rest.PagedFlux;
import com.azure.core.http.rest.PagedResponse;
import com.azure.storage.blob.BlobContainerAsyncClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.ListBlobsOptions;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One page of ours from as many of theirs as it takes; to be used once. A listing without a
 * delimiter begins where the page before ended. For one with a delimiter Azure has no such means,
 * so it goes through what stands before, 5000 entries a request.
 */
final class AzureListing {
  private static final int LARGEST_PAGE = 5000;

  /** Of a page that Azure gives; what it gives without a delimiter is in order already. */
  private static final Comparator<BlobItem> BY_BYTES =
      (one, other) -> compareBytes(one.getName(), other.getName());

  private final BlobContainerAsyncClient container;
  private final String prefix;
  private final Listing.Query query;
  private final List<Listing.Item> objects = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();
  private String last = "";
  private boolean more;

  AzureListing(BlobContainerAsyncClient container, String prefix, Listing.Query query) {
    this.container = container;
    this.prefix = prefix;
    this.query = query;
  }

  /**
   * Asks until the page is full or there is no more; nothing happens before it is subscribed to.
   */
  Mono<Listing> read() {
    // One that tells whether there is more, and the one that the page before ended with.
    int first =
        query.after().isEmpty() || query.delimiter().isEmpty() ? query.limit() + 2 : LARGEST_PAGE;
    return from(null, Math.min(first, LARGEST_PAGE))
        .then(Mono.fromSupplier(() -> new Listing(objects, prefixes, more ? last : null)));
  }

  private Mono<Void> from(@Nullable String marker, int size) {
    return page(marker, size)
        .flatMap(
            page -> {
              List<BlobItem> items = new ArrayList<>(page.getValue());
              if (!query.delimiter().isEmpty()) {
                items.sort(BY_BYTES);
              }
              items.forEach(this::take);
              String next = page.getContinuationToken();
              return more || next == null || next.isEmpty()
                  ? Mono.empty()
                  : from(next, LARGEST_PAGE);
            });
  }

  private Mono<PagedResponse<BlobItem>> page(@Nullable String marker, int size) {
    ListBlobsOptions options =
        new ListBlobsOptions()
            .setPrefix(AzureNames.encode(prefix + query.prefix()))
            .setMaxResultsPerPage(size);
    boolean flat = query.delimiter().isEmpty();
    if (flat && !query.after().isEmpty()) {
      options.setStartFrom(AzureNames.encode(prefix + query.after()));
    }
    PagedFlux<BlobItem> pages =
        flat
            ? container.listBlobs(options)
            : container.listBlobsByHierarchy(AzureNames.encode(query.delimiter()), options);
    return (marker == null ? pages.byPage() : pages.byPage(marker)).next();
  }

  private void take(BlobItem item) {
    String name = AzureNames.decode(item.getName()).substring(prefix.length());
    boolean isPrefix = Boolean.TRUE.equals(item.isPrefix());
    if (more
        || !name.startsWith(query.prefix())
        || wasBefore(name, isPrefix)
        || !(isPrefix || isPath(name))) {
      return;
    }
    if (objects.size() + prefixes.size() == query.limit()) {
      more = true;
      return;
    }
    last = name;
    if (isPrefix) {
      prefixes.add(name);
    } else {
      objects.add(
          new Listing.Item(
              name,
              item.getProperties().getContentLength(),
              item.getProperties().getLastModified().toInstant(),
              '"' + AzureHeaders.unquoted(item.getProperties().getETag()) + '"'));
    }
  }

  /**
   * By bytes and by UTF-16, which differ beyond U+FFFF: nobody says which of them is Azure's order,
   * and what is left out would be lost. What a common prefix stands for may go on behind.
   */
  private boolean wasBefore(String name, boolean isPrefix) {
    String after = query.after();
    return compareBytes(name, after) <= 0
        && name.compareTo(after) <= 0
        && !(isPrefix && after.startsWith(name) && !after.equals(name));
  }

  private static int compareBytes(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /** Others may have put what is no path of ours, such as names that end with a slash. */
  private static boolean isPath(String name) {
    try {
      return !new ObjectPath(name).text().isEmpty();
    } catch (ApiException.BadRequest e) {
      return false;
    }
  }
}
