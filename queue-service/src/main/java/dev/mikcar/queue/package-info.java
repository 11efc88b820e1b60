/** The queue service: queues and topics over HTTP. */
@NullMarked
package dev.mikcar.queue;

import org.jspecify.annotations.NullMarked;
