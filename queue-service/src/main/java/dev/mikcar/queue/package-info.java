/** The queue service: queues and topics with leases, over one backend. */
@NullMarked
package dev.mikcar.queue;

import org.jspecify.annotations.NullMarked;
