/** Secrets in files, as Kubernetes mounts them. */
@NullMarked
package dev.mikcar.secrets.file;

import org.jspecify.annotations.NullMarked;
