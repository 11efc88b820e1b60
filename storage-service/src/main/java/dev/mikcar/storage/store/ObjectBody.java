package dev.mikcar.storage.store;

/**
 * An object with its content, or a part of it.
 *
 * @param slice which part; the whole object's size is in {@code info}
 * @param content exactly as many bytes as the slice is long
 */
public record ObjectBody(ObjectInfo info, ByteRange.Slice slice, Content content) {}
