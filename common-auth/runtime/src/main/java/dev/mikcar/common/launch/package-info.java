/** The command line. */
@NullMarked
package dev.mikcar.common.launch;

import org.jspecify.annotations.NullMarked;
