/** The contract of the storage backends, and the words it is written in. */
@NullMarked
package dev.mikcar.storage.store;

import org.jspecify.annotations.NullMarked;
