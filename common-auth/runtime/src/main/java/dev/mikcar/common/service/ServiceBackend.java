package dev.mikcar.common.service;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.common.settings.Settings;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The backend of a service in this process: chosen and opened when the service runs. A service has
 * one bean of this type, in the package {@code dev.mikcar.<service>}, which is all that the rest
 * has to know of it; {@link Services} starts and stops it. It is not made when its service does not
 * run.
 *
 * @param <B> the interface of the service
 */
public abstract class ServiceBackend<B extends Backend> {
  private final Settings settings;
  private final Config config;
  private String scheme = "";
  private @Nullable Opening<B> opening;

  protected ServiceBackend(Settings settings, Config config) {
    this.settings = settings;
    this.config = config;
  }

  /**
   * The backends there are; asked once, at the start. Here other settings of the service are read
   * too.
   *
   * @throws SettingException which ends the start
   */
  protected abstract Schemes<B> schemes();

  /** A setting of the service; a blank one is not set. */
  protected final Optional<String> setting(String variable) {
    return config
        .getOptionalValue(variable, String.class)
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  /** Where an embedded backend keeps its files when nothing else is said. */
  protected final Path data(String name) {
    return settings.data().resolve(name);
  }

  final void start() {
    Choice<B> choice = schemes().choose(this::setting);
    scheme = choice.backend();
    opening = new Opening<>(service(), choice.opener());
  }

  final void stop() {
    if (opening != null) {
      opening.close();
    }
  }

  /**
   * Does something with the backend; waits while it is being opened.
   *
   * @return fails with {@link dev.mikcar.common.error.ApiException.BackendUnavailable} when it
   *     cannot be opened now
   */
  public final <R> Uni<R> with(Function<B, Uni<R>> operation) {
    if (opening == null) {
      throw new IllegalStateException(service() + " does not run in this process");
    }
    return opening.with(operation);
  }

  /** The name of the service, and its path prefix. */
  public final String service() {
    return Services.nameOf(getClass());
  }

  /** The name of the backend: the scheme of its URL. */
  public final String scheme() {
    return scheme;
  }

  /** Whether the backend can do its work now; fails and says why when it cannot. */
  public final Uni<Void> ping() {
    return with(Backend::ping);
  }
}
