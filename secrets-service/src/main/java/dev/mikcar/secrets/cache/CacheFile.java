package dev.mikcar.secrets.cache;

import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretValue;
import dev.mikcar.secrets.store.WantedVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The cache on disk, encrypted with AES-256-GCM (NIST SP 800-38D) under a new nonce each time. The
 * file is replaced as a whole, so a crash leaves the one before or the one after. It is bound to
 * the store it is of: with another store it cannot be read.
 */
final class CacheFile {
  /** Bytes of a key. */
  static final int KEY = 32;

  private static final byte[] MAGIC = "mikcar secrets 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  /** A larger file is none of ours. */
  private static final long LARGEST = 1L << 30;

  private final Path path;
  private final SecretKey key;
  private final byte[] store;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param store what tells the store from others
   */
  CacheFile(Path path, byte[] key, String store) {
    this.path = path;
    this.key = new SecretKeySpec(key, "AES");
    this.store = store.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What an earlier process left; nothing when there is no file.
   *
   * @throws IOException when there is one that cannot be read, or was written with another key or
   *     for another store
   */
  List<Entries.Entry> read() throws IOException {
    byte[] file;
    try {
      if (Files.size(path) > LARGEST) {
        throw new IOException("it is too large");
      }
      file = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    int head = MAGIC.length + NONCE;
    if (file.length < head || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IOException("it is no such file");
    }
    byte[] plain;
    try {
      byte[] nonce = Arrays.copyOfRange(file, MAGIC.length, head);
      plain = cipher(Cipher.DECRYPT_MODE, nonce).doFinal(file, head, file.length - head);
    } catch (GeneralSecurityException e) {
      throw new IOException("it was written with another key, or for another store", e);
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(plain))) {
      List<Entries.Entry> entries = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        entries.add(entry(in));
      }
      return entries;
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /** Replaces the file, durably. */
  void write(List<Entries.Entry> entries) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(plain);
    out.writeInt(entries.size());
    for (Entries.Entry entry : entries) {
      write(out, entry);
    }
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    byte[] sealed;
    byte[] open = plain.toByteArray();
    try {
      sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(open);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot encrypt", e);
    } finally {
      Arrays.fill(open, (byte) 0);
    }
    Path beside = path.resolveSibling(path.getFileName() + ".new");
    Files.deleteIfExists(beside);
    Files.createFile(
        beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
      for (byte[] part : List.of(MAGIC, nonce, sealed)) {
        ByteBuffer bytes = ByteBuffer.wrap(part);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      channel.force(true);
    }
    Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(MAGIC);
    cipher.updateAAD(store);
    return cipher;
  }

  private static void write(DataOutputStream out, Entries.Entry entry) throws IOException {
    Secret secret = entry.secret();
    text(out, entry.key().name().text());
    text(
        out,
        switch (entry.key().version()) {
          case WantedVersion.Current() -> "current";
          case WantedVersion.Previous() -> "previous";
          case WantedVersion.Exact(String id) -> id;
        });
    out.writeLong(entry.at());
    text(out, secret.version());
    bytes(out, secret.value().bytes());
    time(out, secret.createdAt());
    time(out, secret.updatedAt());
    out.writeInt(secret.labels().size());
    for (Map.Entry<String, String> label : secret.labels().entrySet()) {
      text(out, label.getKey());
      text(out, label.getValue());
    }
  }

  private static Entries.Entry entry(DataInputStream in) throws IOException {
    SecretName name = new SecretName(text(in));
    CacheKey key = new CacheKey(name, WantedVersion.parse(text(in)));
    long at = in.readLong();
    String version = text(in);
    SecretValue value = SecretValue.of(bytes(in));
    Instant created = time(in);
    Instant updated = time(in);
    Map<String, String> labels = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      labels.put(text(in), text(in));
    }
    return new Entries.Entry(
        key, new Secret(name, version, value, created, updated, labels), at, false);
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("it is damaged");
    }
    return in.readNBytes(length);
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    bytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  private static void time(DataOutputStream out, @Nullable Instant at) throws IOException {
    out.writeBoolean(at != null);
    if (at != null) {
      out.writeLong(at.getEpochSecond());
      out.writeInt(at.getNano());
    }
  }

  private static @Nullable Instant time(DataInputStream in) throws IOException {
    return in.readBoolean() ? Instant.ofEpochSecond(in.readLong(), in.readInt()) : null;
  }
}
