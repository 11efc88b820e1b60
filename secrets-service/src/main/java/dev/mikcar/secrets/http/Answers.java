package dev.mikcar.secrets.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mikcar.secrets.store.Change;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretVersion;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The JSON answers, their fields in the order of docs/api.md. What is null is not written. */
public final class Answers {
  /** What a value is in when it is no text. */
  static final String BASE64 = "base64";

  private Answers() {}

  private static @Nullable String text(@Nullable Instant at) {
    return at == null ? null : at.toString();
  }

  /** A secret, with its value. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Value(
      String value,
      @Nullable String encoding,
      String version,
      @Nullable String createdAt,
      @Nullable String updatedAt,
      Map<String, String> labels) {
    static Value of(Secret secret) {
      Optional<String> text = secret.value().text();
      return new Value(
          text.orElseGet(() -> Base64.getEncoder().encodeToString(secret.value().bytes())),
          text.isPresent() ? null : BASE64,
          secret.version(),
          text(secret.createdAt()),
          text(secret.updatedAt()),
          secret.labels());
    }

    @Override
    public String toString() {
      return "Value[version=" + version + "]";
    }
  }

  /** A secret was written; without a version when it was deleted. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Written(String status, String name, @Nullable String version) {}

  /** Whether there is a secret. */
  public record Existence(boolean exists, String name) {}

  /** The versions of a secret, newest first. */
  public record Versions(String name, List<Version> versions) {
    static Versions of(String name, List<SecretVersion> versions) {
      return new Versions(
          name,
          versions.stream()
              .map(v -> new Version(v.version(), text(v.createdAt()), v.state().toString()))
              .toList());
    }
  }

  /** One of them. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Version(String version, @Nullable String createdAt, String state) {}

  /** Secrets whose name begins so. */
  public record Listing(List<Entry> secrets, int count, String prefix) {
    static Listing of(String prefix, List<SecretSummary> secrets) {
      return new Listing(secrets.stream().map(Entry::of).toList(), secrets.size(), prefix);
    }
  }

  /** One of them, without its value. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Entry(
      String name,
      @Nullable String version,
      @Nullable String createdAt,
      @Nullable String updatedAt) {
    private static Entry of(SecretSummary secret) {
      return new Entry(
          secret.name().text(),
          secret.version(),
          text(secret.createdAt()),
          text(secret.updatedAt()));
    }
  }

  /** An event of a watch; without a version when the secret is gone. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Changed(String name, @Nullable String version) {
    static Changed of(Change change) {
      return new Changed(change.name().text(), change.version());
    }
  }
}
