/** The email service: its settings, the choice of its transport, its application. */
@NullMarked
package dev.mikcar.email;

import org.jspecify.annotations.NullMarked;
