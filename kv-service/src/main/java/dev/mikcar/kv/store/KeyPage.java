package dev.mikcar.kv.store;

import java.util.List;
import java.util.Optional;

/**
 * Some keys, sorted.
 *
 * @param keys the keys
 * @param next the last key that was looked at when there may be more, else empty
 */
public record KeyPage(List<Key> keys, Optional<Key> next) {}
