/** Rows as text: JSON and CSV. */
@NullMarked
package dev.mikcar.sql.json;

import org.jspecify.annotations.NullMarked;
