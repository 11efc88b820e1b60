/** The routes of kv: HTTP on one side, {@link dev.mikcar.kv.store.KvStore} on the other. */
@NullMarked
package dev.mikcar.kv.http;

import org.jspecify.annotations.NullMarked;
