/** What a queue promises, {@link dev.mikcar.queue.message.MessageQueue}, and the words for it. */
@NullMarked
package dev.mikcar.queue.message;

import org.jspecify.annotations.NullMarked;
