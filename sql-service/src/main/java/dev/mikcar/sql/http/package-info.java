/** The routes of sql. */
@NullMarked
package dev.mikcar.sql.http;

import org.jspecify.annotations.NullMarked;
