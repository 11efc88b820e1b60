/** The key-value service: its settings, its backends' choice, its application. */
@NullMarked
package dev.mikcar.kv;

import org.jspecify.annotations.NullMarked;
