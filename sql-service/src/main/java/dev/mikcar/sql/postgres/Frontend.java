package dev.mikcar.sql.postgres;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages to the server, <a
 * href="https://www.postgresql.org/docs/current/protocol-message-formats.html">formats</a>. Each
 * method adds one; all values are in their text form.
 */
final class Frontend {
  private static final int PROTOCOL_3 = 196608;
  private static final int SSL_REQUEST = 80877103;
  private static final int CANCEL_REQUEST = 80877102;

  private final Buffer out = Buffer.buffer(256);

  Buffer bytes() {
    return out;
  }

  static Buffer sslRequest() {
    return Buffer.buffer(8).appendInt(8).appendInt(SSL_REQUEST);
  }

  static Buffer cancelRequest(int process, int secret) {
    return Buffer.buffer(16)
        .appendInt(16)
        .appendInt(CANCEL_REQUEST)
        .appendInt(process)
        .appendInt(secret);
  }

  static Buffer startup(Map<String, String> parameters) {
    Buffer out = Buffer.buffer(128).appendInt(0).appendInt(PROTOCOL_3);
    parameters.forEach(
        (name, value) -> {
          cString(out, name);
          cString(out, value);
        });
    out.appendByte((byte) 0);
    return out.setInt(0, out.length());
  }

  Frontend password(byte[] content) {
    int start = begin('p');
    out.appendBytes(content);
    return end(start);
  }

  /** A simple query: one or more statements without parameters. */
  Frontend query(String sql) {
    int start = begin('Q');
    cString(out, sql);
    return end(start);
  }

  /**
   * Prepares a statement.
   *
   * @param types of its first parameters; those of the others, the server chooses
   */
  Frontend parse(String name, String sql, int... types) {
    int start = begin('P');
    cString(out, name);
    cString(out, sql);
    out.appendShort((short) types.length);
    for (int type : types) {
      out.appendInt(type);
    }
    return end(start);
  }

  /** Asks for the columns of the unnamed portal. */
  Frontend describePortal() {
    int start = begin('D');
    out.appendByte((byte) 'P');
    cString(out, "");
    return end(start);
  }

  Frontend describeStatement(String name) {
    int start = begin('D');
    out.appendByte((byte) 'S');
    cString(out, name);
    return end(start);
  }

  Frontend closeStatement(String name) {
    int start = begin('C');
    out.appendByte((byte) 'S');
    cString(out, name);
    return end(start);
  }

  /** Makes the unnamed portal. */
  Frontend bind(String statement, List<? extends @Nullable String> params) {
    int start = begin('B');
    cString(out, "");
    cString(out, statement);
    out.appendShort((short) 0);
    out.appendShort((short) params.size());
    for (String param : params) {
      if (param == null) {
        out.appendInt(-1);
      } else {
        byte[] bytes = param.getBytes(StandardCharsets.UTF_8);
        out.appendInt(bytes.length);
        out.appendBytes(bytes);
      }
    }
    out.appendShort((short) 0);
    return end(start);
  }

  /**
   * Runs the unnamed portal.
   *
   * @param limit the most rows, 0 for all
   */
  Frontend execute(int limit) {
    int start = begin('E');
    cString(out, "");
    out.appendInt(limit);
    return end(start);
  }

  Frontend sync() {
    return end(begin('S'));
  }

  Frontend flush() {
    return end(begin('H'));
  }

  Frontend terminate() {
    return end(begin('X'));
  }

  Frontend copyFail(String why) {
    int start = begin('f');
    cString(out, why);
    return end(start);
  }

  private int begin(char type) {
    out.appendByte((byte) type);
    int start = out.length();
    out.appendInt(0);
    return start;
  }

  private Frontend end(int start) {
    out.setInt(start, out.length() - start);
    return this;
  }

  static void cString(Buffer out, String text) {
    out.appendBytes(text.getBytes(StandardCharsets.UTF_8));
    out.appendByte((byte) 0);
  }
}
