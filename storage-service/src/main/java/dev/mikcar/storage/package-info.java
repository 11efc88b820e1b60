/** The storage service: its settings, its backends' choice, its application. */
@NullMarked
package dev.mikcar.storage;

import org.jspecify.annotations.NullMarked;
