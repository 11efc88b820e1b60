/** Files that a service holds open. */
@NullMarked
package dev.mikcar.common.files;

import org.jspecify.annotations.NullMarked;
