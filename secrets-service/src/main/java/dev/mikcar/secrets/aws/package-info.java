/** Secrets in AWS Secrets Manager. */
@NullMarked
package dev.mikcar.secrets.aws;

import org.jspecify.annotations.NullMarked;
