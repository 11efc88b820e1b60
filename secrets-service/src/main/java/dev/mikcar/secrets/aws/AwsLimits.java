package dev.mikcar.secrets.aws;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretValue;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What AWS takes, https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 * and CreateSecret of its reference. Checked here, since not every server that speaks its protocol
 * does, and since a name that is the identifier of something else (an ARN) must not get there.
 */
final class AwsLimits {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9/_+=.@-]{1,512}");
  private static final int LARGEST = 65_536;
  private static final int MOST_TAGS = 50;
  private static final int LONGEST_KEY = 128;
  private static final int LONGEST_VALUE = 256;
  private static final Pattern TAG = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+@-]*");

  private AwsLimits() {}

  static String name(SecretName name) {
    if (!NAME.matcher(name.text()).matches()) {
      throw new ApiException.BadRequest(
          "in AWS a name has letters and digits of ASCII and / _ + = . @ - only");
    }
    return name.text();
  }

  /** Whether there can be a name that begins so. */
  static boolean isPrefix(String prefix) {
    return prefix.isEmpty() || NAME.matcher(prefix).matches();
  }

  static void check(SecretValue value) {
    if (value.length() == 0 || value.length() > LARGEST) {
      throw new ApiException.BadRequest(
          "in AWS a value has 1 to " + LARGEST + " bytes, this one " + value.length());
    }
  }

  static void check(Map<String, String> labels) {
    boolean fits =
        labels.size() <= MOST_TAGS
            && labels.entrySet().stream()
                .allMatch(
                    label ->
                        isTag(label.getKey(), 1, LONGEST_KEY)
                            && !label.getKey().startsWith("aws:")
                            && isTag(label.getValue(), 0, LONGEST_VALUE));
    if (!fits) {
      throw new ApiException.BadRequest(
          "AWS takes at most 50 labels, with names of 1 to 128 characters, which do not begin with"
              + " aws:, and values of up to 256, of letters, digits, blanks and _ . : / = + @ -");
    }
  }

  private static boolean isTag(String text, int shortest, int longest) {
    return text.length() >= shortest && text.length() <= longest && TAG.matcher(text).matches();
  }
}
