package dev.mikcar.storage.gcs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.storage.store.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.zip.CRC32C;

/** The checksums of a content, in base64. */
record StubHashes(String md5, String crc32c) {
  static StubHashes of(Path file) throws IOException {
    MessageDigest md5 = ContentHash.newDigest("MD5");
    CRC32C crc = new CRC32C();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = new byte[1 << 16];
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        md5.update(bytes, 0, count);
        crc.update(bytes, 0, count);
      }
    }
    return new StubHashes(
        Base64.getEncoder().encodeToString(md5.digest()),
        Base64.getEncoder()
            .encodeToString(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array()));
  }

  /** Refuses a content that is not the one that the caller described. */
  void check(ObjectNode described) {
    check("MD5 hash", described.path("md5Hash").asText(md5), md5);
    check("CRC32C", described.path("crc32c").asText(crc32c), crc32c);
  }

  /** Adds what the header {@code X-Goog-Hash} of a request says. */
  static void describe(String header, ObjectNode described) {
    for (String one : header.split(",", -1)) {
      String hash = one.strip();
      if (hash.startsWith("crc32c=")) {
        described.put("crc32c", hash.substring("crc32c=".length()));
      } else if (hash.startsWith("md5=")) {
        described.put("md5Hash", hash.substring("md5=".length()));
      } else {
        throw StubError.invalid("Invalid X-Goog-Hash: " + header);
      }
    }
  }

  private static void check(String what, String provided, String calculated) {
    if (!provided.equals(calculated)) {
      throw StubError.invalid(
          "Provided %s \"%s\" doesn't match calculated %s \"%s\"."
              .formatted(what, provided, what, calculated));
    }
  }
}
