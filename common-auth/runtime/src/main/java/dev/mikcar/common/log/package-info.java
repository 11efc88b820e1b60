/** What all services say in their logs. */
@NullMarked
package dev.mikcar.common.log;

import org.jspecify.annotations.NullMarked;
