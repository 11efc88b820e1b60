package dev.mikcar.common.http;

import dev.mikcar.common.settings.Settings;
import io.quarkus.arc.Arc;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.RuntimeValue;
import io.quarkus.runtime.ShutdownContext;
import io.quarkus.runtime.annotations.Recorder;
import io.quarkus.runtime.shutdown.ShutdownListener;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/** What the extension does when a process starts. */
@Recorder
public class ListenersRecorder {
  private static final Logger LOG = Logger.getLogger("dev.mikcar");

  public RuntimeValue<Draining> createDraining() {
    Duration timeout =
        ConfigProvider.getConfig()
            .getOptionalValue("quarkus.shutdown.timeout", Duration.class)
            .orElse(Duration.ZERO);
    return new RuntimeValue<>(new Draining(timeout));
  }

  public ShutdownListener listener(RuntimeValue<Draining> draining) {
    return draining.getValue();
  }

  /** Opens the port and the socket; last of all, when there is something to serve. */
  public void open(Supplier<Vertx> vertx, LaunchMode mode, ShutdownContext shutdown) {
    if (mode != LaunchMode.NORMAL) {
      return;
    }
    Settings settings = Arc.container().instance(Settings.class).get();
    Listeners listeners =
        new Listeners(
            vertx.get(),
            settings.requestTimeout(),
            Arc.container().instance(TlsConfigurationRegistry.class).get());
    Optional<UnixSocket> socket = settings.socket().map(listeners::openSocket);
    socket.ifPresent(s -> shutdown.addShutdownTask(s::close));
    int port = listeners.openPort();
    if (settings.token().isEmpty() && !settings.noAuth()) {
      LOG.warnf(
          "No token is set, so everybody who reaches %s is served: set SIDECAR_TOKEN, or say"
              + " --no-auth to serve all addresses on purpose",
          listeners.host());
    }
    LOG.infof(
        "Serving %s on %s://%s:%d%s",
        String.join(", ", settings.services()),
        listeners.isSecure() ? "https" : "http",
        listeners.host(),
        port,
        settings.socket().map(path -> " and unix://" + path).orElse(""));
  }
}
