package dev.mikcar.storage.azure;

import com.azure.storage.blob.models.BlobDownloadHeaders;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.BlobProperties;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Our headers as Azure keeps them. A name there is an identifier of C#: a hyphen becomes an
 * underscore, which our names have not, and an underscore stands before a digit at the beginning. A
 * value that Azure would change (none at all, or with several blanks in a row) is an encoded word
 * of RFC 2047.
 */
final class AzureHeaders {
  private static final String ENCODED = "=?UTF-8?B?";
  private static final String ENCODED_END = "?=";

  private AzureHeaders() {}

  static BlobHttpHeaders fields(ObjectHeaders headers) {
    return new BlobHttpHeaders()
        .setContentType(headers.contentType())
        .setCacheControl(headers.cacheControl())
        .setContentDisposition(headers.contentDisposition())
        .setContentEncoding(headers.contentEncoding());
  }

  static SortedMap<String, String> metadata(ObjectHeaders headers) {
    SortedMap<String, String> metadata = new TreeMap<>();
    headers.meta().forEach((name, value) -> metadata.put(identifier(name), word(value)));
    return metadata;
  }

  private static String identifier(String name) {
    String text = name.replace('-', '_');
    return Character.isDigit(text.charAt(0)) ? "_" + text : text;
  }

  private static String name(String identifier) {
    String text = identifier.toLowerCase(Locale.ROOT);
    return (text.matches("_\\d.*") ? text.substring(1) : text).replace('_', '-');
  }

  private static String word(String value) {
    return value.isEmpty() || value.contains("  ") || value.startsWith(ENCODED)
        ? ENCODED
            + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.US_ASCII))
            + ENCODED_END
        : value;
  }

  private static String value(String word) {
    if (word.startsWith(ENCODED) && word.endsWith(ENCODED_END)) {
      try {
        String text = word.substring(ENCODED.length(), word.length() - ENCODED_END.length());
        String value = new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        return isPlain(value) ? value : word;
      } catch (IllegalArgumentException e) {
        // Somebody else's, and no encoded word.
      }
    }
    return word;
  }

  private static boolean isPlain(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }

  static ObjectInfo info(BlobProperties found) {
    return new ObjectInfo(
        found.getBlobSize(),
        unquoted(found.getETag()),
        found.getLastModified().toInstant(),
        headers(
            found.getContentType(),
            found.getCacheControl(),
            found.getContentDisposition(),
            found.getContentEncoding(),
            found.getMetadata()));
  }

  /**
   * That of an object of which a part may be on its way.
   *
   * @param size of the whole object
   */
  static ObjectInfo info(BlobDownloadHeaders found, long size) {
    return new ObjectInfo(
        size,
        unquoted(found.getETag()),
        found.getLastModified().toInstant(),
        headers(
            found.getContentType(),
            found.getCacheControl(),
            found.getContentDisposition(),
            found.getContentEncoding(),
            found.getMetadata()));
  }

  private static ObjectHeaders headers(
      @Nullable String contentType,
      @Nullable String cacheControl,
      @Nullable String contentDisposition,
      @Nullable String contentEncoding,
      @Nullable Map<String, String> metadata) {
    SortedMap<String, String> meta = new TreeMap<>();
    Objects.requireNonNullElse(metadata, Map.<String, String>of())
        .forEach((identifier, word) -> meta.put(name(identifier), value(word)));
    return new ObjectHeaders(
        Objects.requireNonNullElse(contentType, ObjectHeaders.UNKNOWN_TYPE),
        cacheControl,
        contentDisposition,
        contentEncoding,
        meta);
  }

  /** The client gives tags without quotes, but not where it takes them from a listing. */
  static String unquoted(String etag) {
    return etag.startsWith("\"") && etag.endsWith("\"")
        ? etag.substring(1, etag.length() - 1)
        : etag;
  }
}
