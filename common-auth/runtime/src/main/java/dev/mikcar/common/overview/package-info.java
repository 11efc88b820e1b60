/** What a process says of itself to whoever does not know it yet. */
@NullMarked
package dev.mikcar.common.overview;

import org.jspecify.annotations.NullMarked;
