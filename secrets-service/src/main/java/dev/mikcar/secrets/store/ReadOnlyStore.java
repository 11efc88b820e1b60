package dev.mikcar.secrets.store;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store that others write; each secret has one version, the current one. */
public interface ReadOnlyStore extends SecretStore {
  /** What it is called in errors: its scheme. */
  String scheme();

  /** Reads a secret on this thread, which may block. */
  Secret read(SecretName name);

  /** Runs a blocking call where it may block. */
  <T> Uni<T> call(Supplier<T> call);

  @Override
  default Uni<Secret> get(SecretName name, WantedVersion version) {
    return call(
        () -> {
          Secret secret = read(name);
          return switch (version) {
            case WantedVersion.Current() -> secret;
            case WantedVersion.Previous() -> throw SecretStore.noVersion();
            case WantedVersion.Exact(String id) when id.equals(secret.version()) -> secret;
            case WantedVersion.Exact _ -> throw SecretStore.noVersion();
          };
        });
  }

  @Override
  default Uni<List<SecretVersion>> versions(SecretName name) {
    return call(
        () -> {
          Secret secret = read(name);
          return List.of(
              new SecretVersion(secret.version(), secret.updatedAt(), SecretVersion.State.CURRENT));
        });
  }

  @Override
  default Uni<String> create(SecretName name, SecretValue value, Map<String, String> labels) {
    return Uni.createFrom().failure(SecretStore.readOnly(scheme()));
  }

  @Override
  default Uni<String> update(
      SecretName name,
      SecretValue value,
      @Nullable Map<String, String> labels,
      @Nullable String cas) {
    return Uni.createFrom().failure(SecretStore.readOnly(scheme()));
  }

  @Override
  default Uni<Void> delete(SecretName name) {
    return Uni.createFrom().failure(SecretStore.readOnly(scheme()));
  }
}
