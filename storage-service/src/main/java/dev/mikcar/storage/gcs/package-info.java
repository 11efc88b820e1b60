/** Objects in a bucket of Google Cloud Storage, by its JSON API. */
@NullMarked
package dev.mikcar.storage.gcs;

import org.jspecify.annotations.NullMarked;
