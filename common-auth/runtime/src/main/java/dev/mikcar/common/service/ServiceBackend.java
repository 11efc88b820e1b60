package dev.mikcar.common.service;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.common.settings.Settings;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
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
  private static final Logger LOG = Logger.getLogger(ServiceBackend.class);

  private final Settings settings;
  private final Config config;

  /** What the settings were, as digests: they may hold credentials. */
  private final Map<String, String> read = new ConcurrentHashMap<>();

  private final CountDownLatch stopping = new CountDownLatch(1);
  private volatile String scheme = "";
  private volatile @Nullable Opening<B> opening;

  protected ServiceBackend(Settings settings, Config config) {
    this.settings = settings;
    this.config = config;
  }

  /**
   * The backends there are; asked at the start, and when a secret has changed that a setting refers
   * to. Here other settings of the service are read too.
   *
   * @throws SettingException which ends the start
   */
  protected abstract Schemes<B> schemes();

  /** A setting of the service; a blank one is not set. */
  protected final Optional<String> setting(String variable) {
    Optional<String> text = text(variable);
    read.put(variable, digest(text));
    return text;
  }

  private Optional<String> text(String variable) {
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
    try {
      open();
    } catch (SettingException.SecretOutage e) {
      LOG.warnf("%s", e.getMessage());
      // As any backend that is down: it does not stop the start, and is tried again.
      opening = new Opening<>(service(), () -> choose().opener().open());
    }
  }

  private void open() {
    opening = new Opening<>(service(), choose().opener());
  }

  private Choice<B> choose() {
    Choice<B> choice = schemes().choose(this::setting);
    scheme = choice.backend();
    return choice;
  }

  /**
   * Opens the backend anew if the settings that it was opened with have changed, which they do when
   * they refer to secrets. What is under way goes on with the old one, for as long as a request may
   * take. Blocks.
   */
  final void renew() {
    Opening<B> old = opening;
    try {
      if (old == null || read.entrySet().stream().allMatch(this::isAsRead)) {
        return;
      }
      open();
    } catch (SettingException e) {
      LOG.errorf("%s goes on as it was: %s", service(), e.getMessage());
      return;
    }
    LOG.infof("A secret has changed: the backend of %s is opened anew", service());
    Thread.ofVirtual().name("retire-" + service()).start(() -> retire(old));
  }

  private boolean isAsRead(Map.Entry<String, String> setting) {
    return digest(text(setting.getKey())).equals(setting.getValue());
  }

  private static String digest(Optional<String> text) {
    try {
      byte[] bytes = text.orElse("").getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private void retire(Opening<B> old) {
    try {
      var _ = stopping.await(settings.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    old.close();
  }

  final void stop() {
    stopping.countDown();
    Opening<B> last = opening;
    if (last != null) {
      last.close();
    }
  }

  /**
   * Does something with the backend; waits while it is being opened.
   *
   * @return fails with {@link dev.mikcar.common.error.ApiException.BackendUnavailable} when it
   *     cannot be opened now
   */
  public final <R> Uni<R> with(Function<B, Uni<R>> operation) {
    Opening<B> current = opening;
    if (current == null) {
      throw new IllegalStateException(service() + " does not run in this process");
    }
    return current.with(operation);
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
