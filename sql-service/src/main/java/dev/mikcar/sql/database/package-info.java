/** The SPI of sql: what a backend promises, in types that know no HTTP. */
@NullMarked
package dev.mikcar.sql.database;

import org.jspecify.annotations.NullMarked;
