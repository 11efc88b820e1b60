package dev.mikcar.common.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and times as people write them. */
public final class Units {
  private static final Pattern QUANTITY = Pattern.compile("(\\d{1,18})\\s*([a-zA-Z]*)");

  private Units() {}

  /**
   * A size in bytes: a number, or one with {@code K}, {@code M} or {@code G}, optionally followed
   * by {@code iB} or {@code B}; all of them powers of 1024.
   *
   * @throws SettingException when it is none, is zero, or does not fit 63 bits
   */
  public static long bytes(String variable, String text) {
    String accepted = "a positive number of bytes, such as 1048576, 512K, 10M or 1GiB";
    Matcher m = QUANTITY.matcher(text.strip());
    if (m.matches()) {
      int shift =
          switch (m.group(2).toUpperCase(Locale.ROOT)) {
            case "", "B" -> 0;
            case "K", "KB", "KIB" -> 10;
            case "M", "MB", "MIB" -> 20;
            case "G", "GB", "GIB" -> 30;
            default -> -1;
          };
      long number = Long.parseLong(m.group(1));
      if (shift >= 0 && number > 0 && number <= Long.MAX_VALUE >> shift) {
        return number << shift;
      }
    }
    throw new SettingException(variable, "'" + text + "' is not a size", accepted);
  }

  /**
   * A time: a number of seconds, or a number with {@code ms}, {@code s}, {@code m} or {@code h}.
   *
   * @throws SettingException when it is none, or is zero
   */
  public static Duration duration(String variable, String text) {
    Matcher m = QUANTITY.matcher(text.strip());
    if (m.matches() && m.group(1).length() <= 9) {
      long number = Long.parseLong(m.group(1));
      Duration duration =
          switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "ms" -> Duration.ofMillis(number);
            case "", "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ZERO;
          };
      if (duration.isPositive()) {
        return duration;
      }
    }
    throw new SettingException(
        variable, "'" + text + "' is not a time", "a positive time, such as 500ms, 30s or 2m");
  }
}
