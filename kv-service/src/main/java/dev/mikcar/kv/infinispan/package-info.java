/** kv on embedded Infinispan: in memory, or over an SQLite database. */
@NullMarked
package dev.mikcar.kv.infinispan;

import org.jspecify.annotations.NullMarked;
