/** Objects in a bucket of Amazon S3, or of a store that speaks its protocol. */
@NullMarked
package dev.mikcar.storage.s3;

import org.jspecify.annotations.NullMarked;
