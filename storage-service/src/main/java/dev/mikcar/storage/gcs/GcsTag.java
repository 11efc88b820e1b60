package dev.mikcar.storage.gcs;

import com.google.api.services.storage.model.StorageObject;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entity tag of an object: what the store's own conditions are about. Content has a generation,
 * the headers of one generation have a metageneration.
 */
record GcsTag(long generation, long metageneration) {
  private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,18})-([1-9]\\d{0,18})");

  static GcsTag of(StorageObject object) {
    return new GcsTag(object.getGeneration(), object.getMetageneration());
  }

  /** Empty when no object ever has this tag. */
  static Optional<GcsTag> parse(String etag) {
    Matcher m = FORM.matcher(etag);
    try {
      return m.matches()
          ? Optional.of(new GcsTag(Long.parseLong(m.group(1)), Long.parseLong(m.group(2))))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Without quotes. */
  @Override
  public String toString() {
    return generation + "-" + metageneration;
  }
}
