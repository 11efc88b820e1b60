/** Which messages of requests with an {@code Idempotency-Key} were sent, on disk. */
@NullMarked
package dev.mikcar.email.idempotency;

import org.jspecify.annotations.NullMarked;
