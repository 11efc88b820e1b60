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
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
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
  @Schema(name = "SecretsValue")
  public record Value(
      String value,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String encoding,
      String version,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String createdAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String updatedAt,
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

  /** A secret of a batch, for the description. */
  @Schema(
      name = "SecretsFound",
      type = SchemaType.OBJECT,
      nullable = true,
      description = "as SecretsValue; null when there is no such secret")
  interface Found {}

  /** A secret was written; without a version when it was deleted. */
  @Schema(name = "SecretsWritten")
  public record Written(
      String status,
      String name,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String version) {}

  /** Whether there is a secret. */
  @Schema(name = "SecretsExistence")
  public record Existence(boolean exists, String name) {}

  /** The versions of a secret, newest first. */
  @Schema(name = "SecretsVersions")
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
  @Schema(name = "SecretsVersion")
  public record Version(
      String version,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String createdAt,
      String state) {}

  /** Secrets whose name begins so. */
  @Schema(name = "SecretsListing")
  public record Listing(List<Entry> secrets, int count, String prefix) {
    static Listing of(String prefix, List<SecretSummary> secrets) {
      return new Listing(secrets.stream().map(Entry::of).toList(), secrets.size(), prefix);
    }
  }

  /** One of them, without its value. */
  @Schema(name = "SecretsEntry")
  public record Entry(
      String name,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String version,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String createdAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String updatedAt) {
    private static Entry of(SecretSummary secret) {
      return new Entry(
          secret.name().text(),
          secret.version(),
          text(secret.createdAt()),
          text(secret.updatedAt()));
    }
  }

  /** An event of a watch; without a version when the secret is gone. */
  @Schema(name = "SecretsChanged")
  public record Changed(
      String name, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String version) {
    static Changed of(Change change) {
      return new Changed(change.name().text(), change.version());
    }
  }
}
