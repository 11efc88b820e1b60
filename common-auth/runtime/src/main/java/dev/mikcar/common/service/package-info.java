/** What a service is made of, apart from its interface, its backends and its routes. */
@NullMarked
package dev.mikcar.common.service;

import org.jspecify.annotations.NullMarked;
