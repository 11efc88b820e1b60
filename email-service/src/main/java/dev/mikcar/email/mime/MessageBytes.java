package dev.mikcar.email.mime;

import dev.mikcar.email.mail.Mail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** A message as it goes over the wire. It may be large, so there is one copy of it. Immutable. */
public final class MessageBytes {
  private final byte[] signature;
  private final Growing message;

  /** An array that grows, and is not copied in the end. */
  private static final class Growing extends ByteArrayOutputStream {
    Growing(int size) {
      super(size);
    }

    byte[] array() {
      return buf;
    }
  }

  private MessageBytes(byte[] signature, Growing message) {
    this.signature = signature;
    this.message = message;
  }

  /** The whole message, without Bcc, signed if there is a signer. */
  public static MessageBytes of(Mail mail, Optional<DkimSigner> signer) {
    Growing message = new Growing(MimeRendering.sizeGuess(mail));
    MimeRendering.write(mail, message);
    byte[] signature =
        signer
            .map(s -> s.header(message.array(), message.size(), mail.date().getEpochSecond()))
            .orElse(new byte[0]);
    return new MessageBytes(signature, message);
  }

  /** How many there are. */
  public int size() {
    return signature.length + message.size();
  }

  /** Writes all of them. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(signature);
    message.writeTo(out);
  }
}
