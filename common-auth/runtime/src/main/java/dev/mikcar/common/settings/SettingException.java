package dev.mikcar.common.settings;

import io.quarkus.runtime.PreventFurtherStepsException;

/**
 * A setting that cannot be used. Thrown while the process starts, it ends the process with its
 * message as the only line on standard error and exit code 2: Quarkus takes the code from the
 * {@link PreventFurtherStepsException} at its root, and the launcher the line. The message must not
 * hold a credential.
 */
public sealed class SettingException extends RuntimeException
    permits SettingException.SecretOutage {
  private static final long serialVersionUID = 1L;

  /** The exit code of a process that was started with unusable settings. */
  public static final int EXIT_CODE = 2;

  /**
   * @param variable the name of the setting, as in docs/settings.md
   * @param problem the offending part and what is wrong with it
   * @param accepted what would be accepted
   */
  public SettingException(String variable, String problem, String accepted) {
    this(
        ("mikcar: " + variable + ": " + problem + "; accepted: " + accepted)
            .replaceAll("\\p{Cntrl}+", " "));
  }

  private SettingException(String line) {
    super(line, new PreventFurtherStepsException(line, EXIT_CODE));
  }

  /** A secret that the setting refers to cannot be read now; later it may be. */
  public static final class SecretOutage extends SettingException {
    private static final long serialVersionUID = 1L;

    /**
     * @param problem as of any setting
     */
    public SecretOutage(String variable, String problem) {
      super(variable, problem, "a secret that can be read");
    }
  }
}
