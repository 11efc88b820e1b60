package dev.mikcar.common.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The secrets that the settings of this process refer to. None is kept here: their source has them,
 * and overwrites them at the end. The one of the process is static, since Quarkus reads its
 * configuration several times, each time with interceptors of their own, before there is anything
 * else that could hold it.
 */
public final class SettingSecrets {
  private static final Logger LOG = Logger.getLogger(SettingSecrets.class);
  private static final SettingSecrets OF_PROCESS = new SettingSecrets();
  private static final String ACCEPTED = "secret://name or secret://name#field of a secret";

  private final Set<String> watched = new HashSet<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private @Nullable SecretSource source;

  private SettingSecrets() {}

  /** The one that settings are read with. */
  public static SettingSecrets ofProcess() {
    return OF_PROCESS;
  }

  /** Has something run after each change of a secret that a setting refers to; it may block. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Ends all. */
  public void close() {
    List<SecretSource> opened = new ArrayList<>();
    synchronized (this) {
      if (source != null) {
        opened.add(source);
        source = null;
      }
      watched.clear();
      listeners.clear();
    }
    opened.forEach(SecretSource::close);
  }

  /**
   * The text of a setting, with secrets in the place of references. Blocks.
   *
   * @param settings gives a variable's text, for those of the source
   * @throws SettingException naming the setting and the secret that is not there
   */
  String resolve(String variable, String text, Function<String, Optional<String>> settings) {
    try {
      return SecretText.resolve(
          text, (name, field) -> field(variable, name, field, value(variable, name, settings)));
    } catch (IllegalArgumentException e) {
      throw new SettingException(
          variable, String.valueOf(e.getMessage()), ACCEPTED + ", alone or in braces");
    }
  }

  private synchronized String value(
      String variable, String name, Function<String, Optional<String>> settings) {
    SecretSource opened = source;
    if (opened == null) {
      opened = open(variable, settings);
      source = opened;
    }
    String value =
        read(opened, variable, name)
            .orElseThrow(
                () -> new SettingException(variable, "there is no secret " + name, ACCEPTED));
    if (watched.add(name)) {
      opened.watch(name, () -> Thread.ofVirtual().start(() -> changed(name)));
    }
    return value;
  }

  private static SecretSource open(String variable, Function<String, Optional<String>> settings) {
    Iterator<SecretSource.Provider> providers =
        ServiceLoader.load(SecretSource.Provider.class).iterator();
    if (!providers.hasNext()) {
      throw new SettingException(
          variable, "this application has no secrets service to ask", "a text without secret://");
    }
    return providers.next().open(settings);
  }

  private static Optional<String> read(SecretSource source, String variable, String name) {
    try {
      return source.read(name);
    } catch (SecretSource.OutageException e) {
      throw new SettingException.SecretOutage(
          variable, "the secret " + name + " cannot be read: " + e.getMessage());
    }
  }

  private void changed(String name) {
    LOG.infof("The secret %s that a setting refers to has changed", name);
    listeners.forEach(Runnable::run);
  }

  private static String field(String variable, String name, @Nullable String field, String value) {
    if (field == null) {
      return value;
    }
    try {
      JsonNode node = new ObjectMapper().readTree(value).get(field);
      if (node != null && node.isValueNode() && !node.isNull()) {
        return node.asText();
      }
    } catch (JsonProcessingException e) {
      // Said below, without the cause, which quotes the secret.
    }
    throw new SettingException(
        variable, "the secret " + name + " is no JSON object with the field " + field, ACCEPTED);
  }
}
