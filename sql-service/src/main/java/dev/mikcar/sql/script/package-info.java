/** JavaScript in one transaction, in a sandbox. */
@NullMarked
package dev.mikcar.sql.script;

import org.jspecify.annotations.NullMarked;
