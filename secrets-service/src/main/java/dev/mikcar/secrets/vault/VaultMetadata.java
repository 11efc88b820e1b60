package dev.mikcar.secrets.vault;

import dev.mikcar.secrets.store.SecretVersion;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What Vault keeps about a secret besides its values.
 *
 * @param current the newest version; 0 when there was never one
 * @param versions newest first
 */
record VaultMetadata(long current, @Nullable Instant createdAt, List<Version> versions) {
  /** One version. A version that is deleted can be brought back by Vault's own means. */
  record Version(long number, @Nullable Instant createdAt, boolean deleted) {}

  static VaultMetadata of(JsonObject data) {
    List<Version> versions = new ArrayList<>();
    JsonObject all = VaultAnswer.part(data, "versions");
    if (all != null) {
      for (String number : all.fieldNames()) {
        JsonObject version = all.getJsonObject(number);
        versions.add(
            new Version(
                Long.parseLong(number), time(version.getString("created_time")), isGone(version)));
      }
    }
    versions.sort(Comparator.comparingLong(Version::number).reversed());
    return new VaultMetadata(
        data.getLong("current_version", 0L),
        time(data.getString("created_time")),
        List.copyOf(versions));
  }

  /** Also of a version on which a time to live was put, once it is over. */
  private static boolean isGone(JsonObject version) {
    Instant deletion = time(version.getString("deletion_time"));
    return version.getBoolean("destroyed", false)
        || (deletion != null && !deletion.isAfter(Instant.now()));
  }

  static @Nullable Instant time(@Nullable String text) {
    try {
      return text == null || text.isEmpty() ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  static Map<String, String> labels(@Nullable JsonObject custom) {
    Map<String, String> labels = new TreeMap<>();
    if (custom != null) {
      custom.forEach(label -> labels.put(label.getKey(), String.valueOf(label.getValue())));
    }
    return labels;
  }

  /** The current version, if it can be read. */
  Optional<Version> readable() {
    return versions.stream()
        .filter(version -> version.number() == current && !version.deleted())
        .findFirst();
  }

  /** The newest version before the current one that can be read. */
  Optional<Version> previous() {
    return versions.stream()
        .filter(version -> version.number() < current && !version.deleted())
        .findFirst();
  }

  List<Long> kept() {
    return versions.stream().filter(version -> !version.deleted()).map(Version::number).toList();
  }

  List<SecretVersion> list() {
    return versions.stream()
        .map(
            version ->
                new SecretVersion(
                    Long.toString(version.number()), version.createdAt(), state(version)))
        .toList();
  }

  private SecretVersion.State state(Version version) {
    if (version.deleted()) {
      return SecretVersion.State.DELETED;
    }
    return version.number() == current ? SecretVersion.State.CURRENT : SecretVersion.State.ENABLED;
  }
}
