package dev.mikcar.secrets.store;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store that others write; each secret has one version, the current one. */
public abstract class ReadOnlyStore implements SecretStore {
  private final String backend;

  /**
   * @param backend what it is called in errors
   */
  protected ReadOnlyStore(String backend) {
    this.backend = backend;
  }

  /** Reads a secret on this thread, which may block. */
  protected abstract Secret read(SecretName name);

  /** Runs a blocking call where it may block. */
  protected abstract <T> Uni<T> call(Supplier<T> call);

  @Override
  public final Uni<Secret> get(SecretName name, WantedVersion version) {
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
  public final Uni<List<SecretVersion>> versions(SecretName name) {
    return call(
        () -> {
          Secret secret = read(name);
          return List.of(
              new SecretVersion(secret.version(), secret.updatedAt(), SecretVersion.State.CURRENT));
        });
  }

  @Override
  public final Uni<String> create(SecretName name, SecretValue value, Map<String, String> labels) {
    return Uni.createFrom().failure(SecretStore.readOnly(backend));
  }

  @Override
  public final Uni<String> update(
      SecretName name,
      SecretValue value,
      @Nullable Map<String, String> labels,
      @Nullable String cas) {
    return Uni.createFrom().failure(SecretStore.readOnly(backend));
  }

  @Override
  public final Uni<Void> delete(SecretName name) {
    return Uni.createFrom().failure(SecretStore.readOnly(backend));
  }
}
