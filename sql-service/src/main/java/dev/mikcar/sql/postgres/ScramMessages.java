package dev.mikcar.sql.postgres;

import com.ongres.scram.client.ScramClient;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/** SCRAM as it travels in messages of PostgreSQL. */
final class ScramMessages {
  private ScramMessages() {}

  /** SASLInitialResponse: the mechanism, and the first message with its length. */
  static byte[] first(ScramClient client) {
    byte[] first = client.clientFirstMessage().toString().getBytes(StandardCharsets.UTF_8);
    Buffer out = Buffer.buffer();
    Frontend.cString(out, client.getScramMechanism().getName());
    return out.appendInt(first.length).appendBytes(first).getBytes();
  }
}
