package dev.mikcar.queue.message;

import java.time.Instant;

/**
 * A message in a queue.
 *
 * @param id its id, as push or publish answered it; stays the same when it dies and comes back
 * @param receivedAt when the queue received it
 * @param attempts how often it was delivered, this delivery included
 */
public record StoredMessage(String id, Message message, Instant receivedAt, int attempts) {}
