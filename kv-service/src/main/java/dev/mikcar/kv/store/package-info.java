/** The SPI of kv: what a backend promises, in types that know no HTTP. */
@NullMarked
package dev.mikcar.kv.store;

import org.jspecify.annotations.NullMarked;
