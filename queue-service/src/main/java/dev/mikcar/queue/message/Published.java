package dev.mikcar.queue.message;

/**
 * What became of a published message.
 *
 * @param routed whether there was a group that will get it; without one it is gone
 */
public record Published(String id, boolean routed) {}
