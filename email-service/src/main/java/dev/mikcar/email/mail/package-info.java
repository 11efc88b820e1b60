/** What is sent, and the interface of what sends it. */
@NullMarked
package dev.mikcar.email.mail;

import org.jspecify.annotations.NullMarked;
