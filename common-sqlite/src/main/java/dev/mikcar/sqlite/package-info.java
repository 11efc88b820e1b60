/**
 * Durable files on SQLite: a folder that one process holds, a writer that syncs many changes at
 * once, readers beside it, and an order for the full disk. Knows nothing of what is kept.
 */
@NullMarked
package dev.mikcar.sqlite;

import org.jspecify.annotations.NullMarked;
