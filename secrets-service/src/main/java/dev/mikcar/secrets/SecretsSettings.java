package dev.mikcar.secrets;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.common.settings.Units;
import dev.mikcar.secrets.cache.CacheLimits;
import dev.mikcar.secrets.cache.CachingSecrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the service besides {@code SECRETS_URL}.
 *
 * @param cache how much is kept for how long
 * @param watching how often a secret is looked at that somebody waits for
 * @param onDisk where the cache is kept; null: nowhere
 */
record SecretsSettings(
    CacheLimits cache, Duration watching, CachingSecrets.@Nullable OnDisk onDisk) {
  private static final String KEY_FORM = "32 bytes as base64 or hexadecimal digits";
  private static final int KEY_BYTES = 32;
  private static final int MOST_ENTRIES = 1_000_000;

  /**
   * @param lookup gives a variable's text, empty when it is not set
   * @throws SettingException naming the first that cannot be used
   */
  static SecretsSettings read(Function<String, Optional<String>> lookup) {
    Duration ttl = duration(lookup, "SECRETS_CACHE_TTL", Duration.ofMinutes(5));
    CacheLimits limits =
        new CacheLimits(
            ttl,
            duration(lookup, "SECRETS_CACHE_STALE", Duration.ofHours(1)),
            lookup.apply("SECRETS_CACHE_ENTRIES").map(SecretsSettings::entries).orElse(1000),
            lookup
                .apply("SECRETS_CACHE_BYTES")
                .map(text -> Units.bytes("SECRETS_CACHE_BYTES", text))
                .orElse(16L << 20));
    Duration watching =
        lookup
            .apply("SECRETS_WATCH_INTERVAL")
            .map(text -> Units.duration("SECRETS_WATCH_INTERVAL", text))
            .orElse(Duration.ofSeconds(30));
    return new SecretsSettings(limits, watching, onDisk(lookup, ttl));
  }

  /** A time that may be none. */
  private static Duration duration(
      Function<String, Optional<String>> lookup, String variable, Duration usual) {
    return lookup
        .apply(variable)
        .map(text -> text.equals("0") ? Duration.ZERO : Units.duration(variable, text))
        .orElse(usual);
  }

  private static int entries(String text) {
    if (text.matches("[1-9]\\d{0,6}") && Integer.parseInt(text) <= MOST_ENTRIES) {
      return Integer.parseInt(text);
    }
    throw new SettingException(
        "SECRETS_CACHE_ENTRIES",
        "'" + text + "' is no number of entries",
        "a number from 1 to " + MOST_ENTRIES);
  }

  private static CachingSecrets.@Nullable OnDisk onDisk(
      Function<String, Optional<String>> lookup, Duration ttl) {
    Optional<String> file = lookup.apply("SECRETS_CACHE_FILE");
    if (file.isEmpty()) {
      return null;
    }
    if (ttl.isZero()) {
      throw new SettingException(
          "SECRETS_CACHE_FILE", "there is no cache with SECRETS_CACHE_TTL=0", "one of them");
    }
    return new CachingSecrets.OnDisk(
        path("SECRETS_CACHE_FILE", file.get()).toAbsolutePath(), key(lookup));
  }

  private static byte[] key(Function<String, Optional<String>> lookup) {
    Optional<String> text = lookup.apply("SECRETS_CACHE_KEY");
    Optional<String> file = lookup.apply("SECRETS_CACHE_KEY_FILE");
    if (text.isPresent() == file.isPresent()) {
      throw new SettingException(
          "SECRETS_CACHE_FILE",
          "its key is not set, or set twice",
          "one of SECRETS_CACHE_KEY and SECRETS_CACHE_KEY_FILE beside it");
    }
    return text.map(t -> parsed("SECRETS_CACHE_KEY", t))
        .orElseGet(
            () -> parsed("SECRETS_CACHE_KEY_FILE", content("SECRETS_CACHE_KEY_FILE", file.get())));
  }

  private static byte[] parsed(String variable, String text) {
    try {
      byte[] key =
          text.length() == 2 * KEY_BYTES
              ? HexFormat.of().parseHex(text)
              : Base64.getDecoder().decode(text);
      if (key.length == KEY_BYTES) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      // Said below, without the text.
    }
    throw new SettingException(variable, "it is no key", KEY_FORM);
  }

  private static String content(String variable, String file) {
    try {
      return Files.readString(path(variable, file), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      throw new SettingException(
          variable, "the file cannot be read", "the path of a file with " + KEY_FORM);
    }
  }

  private static Path path(String variable, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new SettingException(variable, "'" + text + "' is no path", "a path of this system");
    }
  }
}
