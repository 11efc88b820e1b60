/** The routes of secrets. */
@NullMarked
package dev.mikcar.secrets.http;

import org.jspecify.annotations.NullMarked;
