package dev.mikcar.secrets.env;

import dev.mikcar.secrets.store.Listing;
import dev.mikcar.secrets.store.ReadOnlyStore;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretValue;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The variables of the environment that begin so, see {@link VariableNames}. Each has the version
 * 1, for as long as the process lives.
 */
public final class EnvSecretStore implements ReadOnlyStore {
  private static final String VERSION = "1";

  private final VariableNames names;
  private final Map<String, String> environment;

  /**
   * @param prefix what the variables begin with
   * @param environment all variables
   */
  public EnvSecretStore(String prefix, Map<String, String> environment) {
    this.names = new VariableNames(prefix);
    this.environment = environment;
  }

  @Override
  public String scheme() {
    return "env://";
  }

  @Override
  public <T> Uni<T> call(Supplier<T> call) {
    return Uni.createFrom().item(call);
  }

  @Override
  public Secret read(SecretName name) {
    String value = environment.get(names.variable(name));
    if (value == null) {
      throw SecretStore.notFound();
    }
    return new Secret(name, VERSION, SecretValue.of(value), null, null, Map.of());
  }

  @Override
  public Uni<List<SecretSummary>> list(String prefix) {
    return call(
        () -> {
          Listing listing = new Listing();
          for (String variable : environment.keySet()) {
            names
                .name(variable)
                .filter(name -> name.text().startsWith(prefix))
                .ifPresent(name -> listing.add(new SecretSummary(name, VERSION, null, null)));
          }
          return listing.sorted();
        });
  }

  @Override
  public Uni<Void> ping() {
    return Uni.createFrom().voidItem();
  }

  @Override
  public void close() {}
}
