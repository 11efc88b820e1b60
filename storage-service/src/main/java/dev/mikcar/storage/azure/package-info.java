/** Objects in a container of Azure Blob Storage. */
@NullMarked
package dev.mikcar.storage.azure;

import org.jspecify.annotations.NullMarked;
