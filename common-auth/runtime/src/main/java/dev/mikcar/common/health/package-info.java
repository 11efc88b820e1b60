/** Whether the process lives, and whether its backends can do their work. */
@NullMarked
package dev.mikcar.common.health;

import org.jspecify.annotations.NullMarked;
