/**
 * The routes of storage: HTTP on one side, {@link dev.mikcar.storage.store.ObjectStore} on the
 * other.
 */
@NullMarked
package dev.mikcar.storage.http;

import org.jspecify.annotations.NullMarked;
