package dev.mikcar.sql.postgres;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.SqlFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import org.jboss.logging.Logger;

/** Cuts what arrives into messages. For one thread. */
final class Framing implements Handler<Buffer> {
  private static final Logger LOG = Logger.getLogger(Framing.class);
  private static final int HEAD = 5;

  private Handler<Throwable> failures;
  private Handler<Message> messages;
  private ByteBuf pending = Unpooled.EMPTY_BUFFER;

  /**
   * @param messages takes the messages
   * @param failures is told when what arrives makes no sense
   */
  Framing(Handler<Message> messages, Handler<Throwable> failures) {
    this.messages = messages;
    this.failures = failures;
  }

  /** Sends the messages from the next one on, and what goes wrong with them, to others. */
  void redirect(Handler<Message> otherMessages, Handler<Throwable> otherFailures) {
    messages = otherMessages;
    failures = otherFailures;
  }

  @Override
  public void handle(Buffer arrived) {
    try {
      cut(arrived);
    } catch (ApiException e) {
      failures.handle(e);
    } catch (RuntimeException e) {
      LOG.error("Cannot read what PostgreSQL sent", e);
      failures.handle(e);
    }
  }

  private void cut(Buffer arrived) {
    ByteBuf bytes = Unpooled.wrappedBuffer(arrived.getBytes());
    boolean continued = pending.isReadable();
    if (continued) {
      // Grown in place, so that a large message in small pieces is not copied over and over.
      pending = pending.writeBytes(bytes);
      bytes = pending;
    }
    while (bytes.readableBytes() >= HEAD) {
      int length = bytes.getInt(bytes.readerIndex() + 1);
      if (length < 4) {
        throw new IllegalStateException("the server does not speak the protocol");
      }
      if (length > Reply.MOST_BYTES) {
        // Nothing is kept of it, so the session cannot go on.
        throw SqlFailure.tooLarge((Reply.MOST_BYTES >> 20) + " MiB");
      }
      if (bytes.readableBytes() < length + 1) {
        break;
      }
      char type = (char) bytes.readUnsignedByte();
      bytes.skipBytes(4);
      messages.handle(new Message(type, bytes.readSlice(length - 4)));
    }
    keep(bytes, continued);
  }

  private void keep(ByteBuf bytes, boolean continued) {
    if (!bytes.isReadable()) {
      pending = Unpooled.EMPTY_BUFFER;
    } else if (continued) {
      pending.discardSomeReadBytes();
    } else {
      pending = Unpooled.buffer(bytes.readableBytes() * 2).writeBytes(bytes);
    }
  }
}
