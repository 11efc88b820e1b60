/**
 * A request's way in: sockets, path, trace id, token, limits. {@link
 * dev.mikcar.common.http.FrontDoor} is the place to begin reading.
 */
@NullMarked
package dev.mikcar.common.http;

import org.jspecify.annotations.NullMarked;
