/** What callers can fill of the heap, and how much of that there is. */
@NullMarked
package dev.mikcar.common.memory;

import org.jspecify.annotations.NullMarked;
