package dev.mikcar.common.settings;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Says the settings in the words of Quarkus, at an ordinal below every source of the operator: a
 * {@code quarkus.*} setting given explicitly always wins.
 */
public final class SettingsConfigSource implements ConfigSourceFactory {
  private static final int ORDINAL = 150;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    Settings settings;
    try {
      settings =
          Settings.read(
              name -> {
                ConfigValue value = context.getValue(name);
                return value == null ? null : value.getValue();
              });
    } catch (SettingException e) {
      // Not here, where Quarkus is being built or its configuration is not there yet: whoever uses
      // the settings reads them again and stops the start with this same message.
      return List.of();
    }
    Map<String, String> quarkus = new HashMap<>();
    quarkus.put("quarkus.http.host", settings.host());
    quarkus.put("quarkus.http.port", Integer.toString(settings.port()));
    quarkus.put("quarkus.log.console.json.enabled", Boolean.toString(settings.jsonLogs()));
    quarkus.put("quarkus.otel.sdk.disabled", Boolean.toString(settings.otlpEndpoint().isEmpty()));
    quarkus.put("quarkus.otel.service.name", settings.otlpServiceName());
    settings
        .otlpEndpoint()
        .ifPresent(uri -> quarkus.put("quarkus.otel.exporter.otlp.endpoint", uri.toString()));
    return List.of(new PropertiesConfigSource(quarkus, "mikcar settings", ORDINAL));
  }
}
