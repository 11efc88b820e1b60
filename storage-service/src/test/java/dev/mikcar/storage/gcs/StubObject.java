package dev.mikcar.storage.gcs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;

/**
 * An object of the stub.
 *
 * @param described what the caller says of it: name, content type, metadata and so on
 * @param content a file of its own
 */
record StubObject(
    String bucket,
    String name,
    ObjectNode described,
    Path content,
    long size,
    StubHashes hashes,
    long generation,
    long metageneration,
    Instant updated) {

  /** The resource of the JSON API. */
  ObjectNode resource() {
    ObjectNode all = described.deepCopy();
    all.put("kind", "storage#object");
    all.put("id", bucket + "/" + name + "/" + generation);
    all.put("bucket", bucket);
    all.put("name", name);
    all.put("size", Long.toString(size));
    all.put("generation", Long.toString(generation));
    all.put("metageneration", Long.toString(metageneration));
    all.put("updated", updated.toString());
    all.put("timeCreated", updated.toString());
    all.put("storageClass", "STANDARD");
    all.put("etag", etag());
    all.put("md5Hash", hashes.md5());
    all.put("crc32c", hashes.crc32c());
    return all;
  }

  String etag() {
    String both = generation + "/" + metageneration;
    return Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.US_ASCII));
  }

  String described(String field, String otherwise) {
    return described.path(field).asText(otherwise);
  }
}
