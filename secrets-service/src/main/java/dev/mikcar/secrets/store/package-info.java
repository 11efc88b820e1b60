/** What a secret store is, whatever stands behind it. */
@NullMarked
package dev.mikcar.secrets.store;

import org.jspecify.annotations.NullMarked;
