package dev.mikcar.common.settings;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts secrets in the place of references to them, in every setting whatever source it is from: a
 * setting that is {@code secret://name#field}, or that holds {@code {secret://name#field}}. The
 * settings of the secrets themselves cannot refer to secrets.
 */
public final class SecretReferences implements ConfigSourceInterceptor {
  private static final long serialVersionUID = 1L;

  @Override
  public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
    ConfigValue value = context.proceed(name);
    if (value == null || !isSetting(name)) {
      return value;
    }
    @Nullable String text = value.getValue();
    if (text == null || !SecretText.refers(text)) {
      return value;
    }
    return value.withValue(
        SettingSecrets.ofProcess().resolve(name, text, other -> text(context.proceed(other))));
  }

  private static Optional<String> text(@Nullable ConfigValue value) {
    return Optional.ofNullable(value)
        .map(ConfigValue::getValue)
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  /** Ours are upper-case; those of Quarkus and Java are not. */
  private static boolean isSetting(String name) {
    if (name.isEmpty() || name.startsWith("SECRETS_")) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }
}
