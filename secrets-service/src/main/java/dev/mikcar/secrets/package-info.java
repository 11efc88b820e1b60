/** The secrets service: what stands behind it is chosen here. */
@NullMarked
package dev.mikcar.secrets;

import org.jspecify.annotations.NullMarked;
