package dev.mikcar.secrets.cache;

import java.time.Duration;

/**
 * How much is kept for how long.
 *
 * @param ttl for how long a value is served without asking the store; zero: nothing is kept
 * @param stale for how much longer it is served while the store cannot be asked
 * @param entries how many versions of secrets are kept at most
 * @param bytes what they may take together
 */
public record CacheLimits(Duration ttl, Duration stale, int entries, long bytes) {}
