/** The routes of email: HTTP on one side, messages on the other. */
@NullMarked
package dev.mikcar.email.http;

import org.jspecify.annotations.NullMarked;
