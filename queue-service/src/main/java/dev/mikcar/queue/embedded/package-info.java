/** Queues of this process: in memory, or with a journal on disk. */
@NullMarked
package dev.mikcar.queue.embedded;

import org.jspecify.annotations.NullMarked;
