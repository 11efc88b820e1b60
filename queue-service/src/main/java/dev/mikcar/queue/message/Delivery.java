package dev.mikcar.queue.message;

/**
 * A message that somebody has the lease of.
 *
 * @param lease the id of the lease, never the same for two leases: letters, digits, {@code .},
 *     {@code -} and {@code _} only
 */
public record Delivery(String lease, StoredMessage stored) {}
