/** kv on embedded Infinispan: in memory, or in a soft-index file store. */
@NullMarked
package dev.mikcar.kv.infinispan;

import org.jspecify.annotations.NullMarked;
