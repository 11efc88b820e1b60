package dev.mikcar.sql.script;

import java.time.Duration;

/**
 * What a script may use.
 *
 * @param time how long it may take, its statements included
 * @param memory how much it may allocate, bytes, what it no longer needs included
 * @param statements how many statements of SQL it may run
 * @param patience how long it may wait to be run
 */
public record ScriptLimits(Duration time, long memory, int statements, Duration patience) {}
