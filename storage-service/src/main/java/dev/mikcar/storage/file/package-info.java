/** Objects in a folder of the local disk. */
@NullMarked
package dev.mikcar.storage.file;

import org.jspecify.annotations.NullMarked;
