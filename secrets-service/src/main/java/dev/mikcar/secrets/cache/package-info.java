/** What has been read, for as long as it may be served. */
@NullMarked
package dev.mikcar.secrets.cache;

import org.jspecify.annotations.NullMarked;
