package dev.mikcar.common.service;

/**
 * Opens a backend, on a thread that may block. What it throws is written to the log and tried
 * again; a setting that cannot be used is said before, when the opener is made.
 *
 * @param <B> the interface of the service
 */
@FunctionalInterface
public interface Opener<B extends Backend> {
  /** A backend that is ready, or soon will be. */
  B open();
}
