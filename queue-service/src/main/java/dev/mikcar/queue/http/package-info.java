/** The routes of queue: HTTP on one side, {@link dev.mikcar.queue.message} on the other. */
@NullMarked
package dev.mikcar.queue.http;

import org.jspecify.annotations.NullMarked;
