/** SQLite, in a file or in memory. */
@NullMarked
package dev.mikcar.sql.sqlite;

import org.jspecify.annotations.NullMarked;
