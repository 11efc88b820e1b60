package dev.mikcar.storage.s3;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectPath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Our listings in terms of theirs, which have the same order, prefixes and delimiters. */
final class S3Listing {
  /** The last code point, which is no character: it comes after all that begins alike. */
  private static final String BEYOND = Character.toString(Character.MAX_CODE_POINT);

  private S3Listing() {}

  static ListObjectsV2Request request(S3Bucket bucket, Listing.Query query) {
    String after = query.isAfterPrefix() ? query.after() + BEYOND : query.after();
    return ListObjectsV2Request.builder()
        .bucket(bucket.name())
        .prefix(bucket.prefix() + query.prefix())
        .maxKeys(query.limit())
        .encodingType(EncodingType.URL)
        .startAfter(after.isEmpty() ? null : bucket.prefix() + after)
        .delimiter(query.delimiter().isEmpty() ? null : query.delimiter())
        .build();
  }

  static Listing of(S3Bucket bucket, ListObjectsV2Response page) {
    int skip = bucket.prefix().length();
    List<Listing.Item> objects =
        page.contents().stream()
            .filter(object -> isPath(object.key().substring(skip)))
            .map(
                object ->
                    new Listing.Item(
                        object.key().substring(skip),
                        object.size(),
                        object.lastModified(),
                        '"' + S3ObjectStore.unquoted(object.eTag()) + '"'))
            .toList();
    List<String> prefixes =
        page.commonPrefixes().stream()
            .map(CommonPrefix::prefix)
            .map(prefix -> prefix.substring(skip))
            .toList();
    String lastKey = page.contents().isEmpty() ? null : lastKey(page.contents()).substring(skip);
    String lastPrefix = prefixes.isEmpty() ? null : prefixes.getLast();
    boolean more = Boolean.TRUE.equals(page.isTruncated());
    return new Listing(objects, prefixes, more ? later(lastKey, lastPrefix) : null);
  }

  private static String lastKey(List<S3Object> objects) {
    return objects.getLast().key();
  }

  /** Others may have put what is no path of ours, such as names that end with a slash. */
  private static boolean isPath(String key) {
    try {
      return !new ObjectPath(key).text().isEmpty();
    } catch (ApiException.BadRequest e) {
      return false;
    }
  }

  private static @Nullable String later(@Nullable String one, @Nullable String other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return Arrays.compareUnsigned(
                one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8))
            > 0
        ? one
        : other;
  }
}
