/** Secrets in HashiCorp Vault and OpenBao. */
@NullMarked
package dev.mikcar.secrets.vault;

import org.jspecify.annotations.NullMarked;
