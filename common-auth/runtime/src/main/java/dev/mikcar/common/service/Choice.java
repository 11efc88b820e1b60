package dev.mikcar.common.service;

/**
 * A backend that was chosen, and is not opened yet.
 *
 * @param backend its name, for health and logs
 * @param opener opens it
 * @param <B> the interface of the service
 */
public record Choice<B extends Backend>(String backend, Opener<B> opener) {}
