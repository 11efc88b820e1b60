package dev.mikcar.storage.gcs;

import com.google.api.client.util.DateTime;
import com.google.api.services.storage.model.StorageObject;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Their words for an object, and ours. */
final class GcsObjects {
  /** What there is to know of an object, of all that the store would tell. */
  static final String FIELDS =
      "name,size,generation,metageneration,updated,crc32c,contentType,cacheControl,"
          + "contentDisposition,contentEncoding,metadata";

  private GcsObjects() {}

  static ObjectInfo info(StorageObject found) {
    return new ObjectInfo(
        size(found),
        GcsTag.of(found).toString(),
        instant(found.getUpdated()),
        new ObjectHeaders(
            Objects.requireNonNullElse(found.getContentType(), ObjectHeaders.UNKNOWN_TYPE),
            found.getCacheControl(),
            found.getContentDisposition(),
            found.getContentEncoding(),
            new TreeMap<>(Objects.requireNonNullElse(found.getMetadata(), Map.of()))));
  }

  static long size(StorageObject found) {
    return found.getSize().longValueExact();
  }

  static Instant instant(DateTime time) {
    return Instant.ofEpochMilli(time.getValue());
  }

  /** What is to be kept with an object. */
  static StorageObject describe(String name, ObjectHeaders headers) {
    return new StorageObject()
        .setName(name)
        .setContentType(headers.contentType())
        .setCacheControl(headers.cacheControl())
        .setContentDisposition(headers.contentDisposition())
        .setContentEncoding(headers.contentEncoding())
        .setMetadata(headers.meta().isEmpty() ? null : headers.meta());
  }

  /** A checksum as they write it: base64 of its four bytes, the highest first. */
  static String crc32c(long value) {
    int bits = (int) value;
    byte[] bytes = {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits};
    return Base64.getEncoder().encodeToString(bytes);
  }
}
