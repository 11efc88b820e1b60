/** What an operator can set, read and checked once. */
@NullMarked
package dev.mikcar.common.settings;

import org.jspecify.annotations.NullMarked;
