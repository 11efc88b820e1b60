/**
 * What the tests of all modules share: child processes, an HTTP client that can misbehave, faults.
 */
@NullMarked
package dev.mikcar.test;

import org.jspecify.annotations.NullMarked;
