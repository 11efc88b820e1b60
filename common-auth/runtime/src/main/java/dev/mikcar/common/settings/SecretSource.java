package dev.mikcar.common.settings;

import java.util.Optional;
import java.util.function.Function;

/**
 * Where the secrets are that settings refer to, {@link SecretReferences}. What provides it is found
 * by the {@link java.util.ServiceLoader}: settings are read before there are beans.
 */
public interface SecretSource extends AutoCloseable {
  /** Opens a source. */
  interface Provider {
    /**
     * Opens it.
     *
     * @param settings gives a variable's text, empty when it is not set
     * @throws SettingException when the settings of the source itself cannot be used
     */
    SecretSource open(Function<String, Optional<String>> settings);
  }

  /** The source cannot say anything now; its message holds no credential. */
  final class OutageException extends Exception {
    private static final long serialVersionUID = 1L;

    public OutageException(String message) {
      super(message);
    }
  }

  /**
   * The current value of a secret. Blocks.
   *
   * @return empty when there is no such secret, or it is no text
   * @throws OutageException when that cannot be known
   */
  Optional<String> read(String name) throws OutageException;

  /** Has something run, on any thread, after each change of a secret. */
  void watch(String name, Runnable changed);

  /** Ends all watches. Does not fail. */
  @Override
  void close();
}
