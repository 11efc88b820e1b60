/** Who wants no mail. */
@NullMarked
package dev.mikcar.email.suppress;

import org.jspecify.annotations.NullMarked;
