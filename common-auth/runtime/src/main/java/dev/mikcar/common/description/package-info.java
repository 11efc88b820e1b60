/** The OpenAPI document of the services that run. */
@NullMarked
package dev.mikcar.common.description;

import org.jspecify.annotations.NullMarked;
