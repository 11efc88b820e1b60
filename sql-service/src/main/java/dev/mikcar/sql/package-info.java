/** The sql service: its application, its settings, and the choice of a backend. */
@NullMarked
package dev.mikcar.sql;

import org.jspecify.annotations.NullMarked;
