package dev.mikcar.common.settings;

import io.quarkus.runtime.PreventFurtherStepsException;

/**
 * A setting that cannot be used. Thrown while the process starts, it ends the process with its
 * message as the only line on standard error and exit code 2: Quarkus takes the code from the
 * {@link PreventFurtherStepsException} at its root, and the launcher the line. The message must not
 * hold a credential.
 */
public final class SettingException extends RuntimeException {
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
}
