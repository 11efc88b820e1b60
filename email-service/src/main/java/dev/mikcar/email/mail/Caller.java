package dev.mikcar.email.mail;

/**
 * Who asked, for the log.
 *
 * @param traceId of the request
 * @param address where it came from; empty when nobody knows
 */
public record Caller(String traceId, String address) {}
