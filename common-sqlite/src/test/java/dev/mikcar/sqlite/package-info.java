@NullMarked
package dev.mikcar.sqlite;

import org.jspecify.annotations.NullMarked;
