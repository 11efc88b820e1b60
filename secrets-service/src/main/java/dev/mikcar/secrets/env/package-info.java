/** Secrets in the variables of the environment. */
@NullMarked
package dev.mikcar.secrets.env;

import org.jspecify.annotations.NullMarked;
