/** Keeping messages instead of sending them. */
@NullMarked
package dev.mikcar.email.memory;

import org.jspecify.annotations.NullMarked;
