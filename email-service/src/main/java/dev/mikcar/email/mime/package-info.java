/** A message as the bytes that go over the wire: MIME, RFC 2045 to 2049, and DKIM, RFC 6376. */
@NullMarked
package dev.mikcar.email.mime;

import org.jspecify.annotations.NullMarked;
