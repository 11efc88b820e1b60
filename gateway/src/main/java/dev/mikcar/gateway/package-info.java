/** Composition of the services into one process; no capability of its own. */
@NullMarked
package dev.mikcar.gateway;

import org.jspecify.annotations.NullMarked;
