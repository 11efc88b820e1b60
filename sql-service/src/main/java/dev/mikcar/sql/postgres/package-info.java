/** PostgreSQL, by its wire protocol on Vert.x sockets. */
@NullMarked
package dev.mikcar.sql.postgres;

import org.jspecify.annotations.NullMarked;
