/** Objects in the memory of the process. */
@NullMarked
package dev.mikcar.storage.memory;

import org.jspecify.annotations.NullMarked;
