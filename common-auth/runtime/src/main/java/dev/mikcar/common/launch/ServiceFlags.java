package dev.mikcar.common.launch;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.common.settings.Settings;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --all}, and one flag for each service of the application. */
final class ServiceFlags {
  private static final String ALL = "all";

  private final List<String> available;
  private final Set<String> given = new LinkedHashSet<>();

  ServiceFlags(List<String> available) {
    this.available = available;
  }

  void addTo(CommandSpec command) {
    for (int i = available.size() - 1; i >= 0; i--) {
      command.addOption(flag(available.get(i), "run the " + available.get(i) + " service"));
    }
    command.addOption(flag(ALL, "run every service [MIKCAR_SERVICES=all]"));
  }

  private OptionSpec flag(String name, String description) {
    return OptionSpec.builder("--" + name)
        .type(boolean.class)
        .description(description)
        .order(-1)
        .setter(
            new picocli.CommandLine.Model.ISetter() {
              @Override
              @SuppressWarnings("unchecked")
              public <T> T set(T value) {
                if (Boolean.TRUE.equals(value)) {
                  given.add(name);
                }
                return value;
              }
            })
        .build();
  }

  /**
   * The services to run, comma-separated.
   *
   * @param variable what the environment says, used when no flag was given
   * @param otherwise what is used when neither says anything
   * @throws SettingException when one is not a service of this application
   */
  String named(@Nullable String variable, String otherwise) {
    Set<String> names = new LinkedHashSet<>(given);
    if (names.isEmpty()) {
      String text = variable == null || variable.isBlank() ? otherwise : variable;
      names.addAll(Settings.list(text.toLowerCase(Locale.ROOT)));
    }
    if (names.remove(ALL)) {
      names.addAll(available);
    }
    for (String name : names) {
      if (!available.contains(name)) {
        throw new SettingException(
            Settings.SERVICES_VARIABLE,
            "'" + name + "' is no service of this application",
            String.join(", ", available) + " or " + ALL);
      }
    }
    return String.join(",", names);
  }
}
