/** When work that takes long should end. */
@NullMarked
package dev.mikcar.common.work;

import org.jspecify.annotations.NullMarked;
