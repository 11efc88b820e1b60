package dev.mikcar.storage.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.ObjectInfo;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The conditions and the range of a request, RFC 9110 sections 13 and 14.
 *
 * @param unmodifiedSince only without {@code If-Match}; null when there is none, or it is no date
 * @param modifiedSince only without {@code If-None-Match}; so too
 * @param range {@link ByteRange.All} for none, and for one that is to be ignored
 * @param ifRange what the range holds for; null for anything
 */
record Preconditions(
    @Nullable EntityTags match,
    @Nullable EntityTags noneMatch,
    @Nullable Instant unmodifiedSince,
    @Nullable Instant modifiedSince,
    ByteRange range,
    @Nullable String ifRange) {
  private static final ByteRange ALL = new ByteRange.All();
  private static final Pattern RANGE = Pattern.compile("(?i:bytes)=\\s*(\\d*)-(\\d*)\\s*");
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** Those of a reading request. */
  static Preconditions of(HttpServerRequest request) {
    EntityTags match = tags(request, "If-Match");
    EntityTags noneMatch = tags(request, "If-None-Match");
    return new Preconditions(
        match,
        noneMatch,
        match == null ? date(request.getHeader("If-Unmodified-Since")) : null,
        noneMatch == null ? date(request.getHeader("If-Modified-Since")) : null,
        range(request.getHeader("Range")),
        request.getHeader("If-Range"));
  }

  /** Those of a writing request. */
  static Condition forWriting(HttpServerRequest request) {
    return new Condition(tags(request, "If-Match"), tags(request, "If-None-Match"));
  }

  /** The lines of one header are one list. */
  private static @Nullable EntityTags tags(HttpServerRequest request, String header) {
    List<String> lines = request.headers().getAll(header);
    return lines.isEmpty() ? null : EntityTags.parse(header, String.join(",", lines));
  }

  /** Whether the object has to be known before it can be said what is to be read. */
  boolean needInfo() {
    return match != null
        || noneMatch != null
        || unmodifiedSince != null
        || modifiedSince != null
        || (ifRange != null && !(range instanceof ByteRange.All));
  }

  /**
   * Judges the object in the order of section 13.2.2.
   *
   * @return whether the caller has it already: 304
   * @throws ApiException.PreconditionFailed when it is not the one that is wanted
   */
  boolean isFresh(ObjectInfo info) {
    Instant modified = info.lastModified().truncatedTo(ChronoUnit.SECONDS);
    if ((match != null && !match.matchesStrongly(info.etag()))
        || (unmodifiedSince != null && modified.isAfter(unmodifiedSince))) {
      throw Condition.unmet();
    }
    return noneMatch != null
        ? noneMatch.matchesWeakly(info.etag())
        : modifiedSince != null && !modified.isAfter(modifiedSince);
  }

  /** The range, unless it is meant for another state of the object, section 13.1.5. */
  ByteRange rangeFor(ObjectInfo info) {
    if (ifRange == null || ifRange.equals('"' + info.etag() + '"')) {
      return range;
    }
    Instant date = date(ifRange);
    return date != null && date.equals(info.lastModified().truncatedTo(ChronoUnit.SECONDS))
        ? range
        : ALL;
  }

  /** A date as headers have it. */
  static String date(Instant instant) {
    return DATE.format(instant);
  }

  /** Null when it is none: then the condition is ignored, section 13.1.3. */
  private static @Nullable Instant date(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** One range of bytes. Others, and what is none, may be ignored and are: section 14.2. */
  private static ByteRange range(@Nullable String text) {
    Matcher m = RANGE.matcher(text == null ? "" : text.strip());
    if (!m.matches() || (m.group(1).isEmpty() && m.group(2).isEmpty())) {
      return ALL;
    }
    if (m.group(1).isEmpty()) {
      return new ByteRange.Last(number(m.group(2)));
    }
    long first = number(m.group(1));
    long last = m.group(2).isEmpty() ? Long.MAX_VALUE : number(m.group(2));
    return first <= last ? new ByteRange.Between(first, last) : ALL;
  }

  /** As large as they come. */
  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
