package dev.mikcar.common.settings;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** The {@link Settings} of this process, for injection. */
@Singleton
public class SettingsProducer {
  @Produces
  @Singleton
  Settings settings(Config config) {
    return Settings.read(name -> config.getOptionalValue(name, String.class).orElse(null));
  }
}
