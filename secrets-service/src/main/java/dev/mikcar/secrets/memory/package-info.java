/** Secrets in memory, for development and tests. */
@NullMarked
package dev.mikcar.secrets.memory;

import org.jspecify.annotations.NullMarked;
