package dev.mikcar.common.service;

import static java.util.Comparator.comparingInt;

import dev.mikcar.common.settings.Settings;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/**
 * The services that run in this process. What belongs to a service is in the package {@code
 * dev.mikcar.<service>} or below it; by that, the beans of services that do not run are known, and
 * not made.
 */
@Singleton
public class Services {
  /** The part of a package name that is the service. */
  private static final int SERVICE = 2;

  private final Settings settings;
  private final Instance<ServiceBackend<?>> backends;
  private List<ServiceBackend<?>> running = List.of();

  Services(Settings settings, @Any Instance<ServiceBackend<?>> backends) {
    this.settings = settings;
    this.backends = backends;
  }

  /** The service that a class belongs to. */
  public static String nameOf(Class<?> type) {
    return nameOf(type.getName());
  }

  /** The service that a class belongs to, by its full name. */
  public static String nameOf(String className) {
    return className.split("\\.", -1)[SERVICE];
  }

  /** Those of some beans whose service runs, made now if they were not yet. */
  public <T> List<T> running(Instance<T> beans) {
    List<T> made = new ArrayList<>();
    for (Instance.Handle<T> bean : beans.handles()) {
      if (settings.services().contains(nameOf(bean.getBean().getBeanClass()))) {
        made.add(bean.get());
      }
    }
    return made;
  }

  /**
   * The backends of the services that run, in the order of {@link Settings#SERVICES}; empty before
   * the start.
   */
  public List<ServiceBackend<?>> backends() {
    return running;
  }

  void start(@Observes StartupEvent event) {
    running =
        running(backends).stream()
            .sorted(comparingInt(backend -> Settings.SERVICES.indexOf(backend.service())))
            .toList();
    running.forEach(ServiceBackend::start);
  }

  /** All at once would be no faster: what takes time is what callers still wait for. */
  void stop(@Observes ShutdownEvent event) {
    running.forEach(ServiceBackend::stop);
  }
}
