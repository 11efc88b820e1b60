/** How JSON is read and written. */
@NullMarked
package dev.mikcar.common.json;

import org.jspecify.annotations.NullMarked;
