package dev.mikcar.common.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a resource method that reads the body itself, as it comes: {@link BodyReader} leaves it,
 * paused, where it is, and neither {@code MAX_BODY_SIZE} nor {@code Expect} is looked at.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface StreamedBody {}
