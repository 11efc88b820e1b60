/** The one shape of every failure: what went wrong, and how it is said over HTTP. */
@NullMarked
package dev.mikcar.common.error;

import org.jspecify.annotations.NullMarked;
