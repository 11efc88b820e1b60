package dev.mikcar.storage.store;

import java.time.Instant;

/**
 * What there is to know of an object without its content.
 *
 * @param size bytes
 * @param etag its strong entity tag, without quotes: another one as soon as content or headers are
 *     others
 * @param lastModified when it was written
 */
public record ObjectInfo(long size, String etag, Instant lastModified, ObjectHeaders headers) {}
