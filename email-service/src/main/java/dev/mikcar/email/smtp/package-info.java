/** Sending by SMTP, RFC 5321. */
@NullMarked
package dev.mikcar.email.smtp;

import org.jspecify.annotations.NullMarked;
