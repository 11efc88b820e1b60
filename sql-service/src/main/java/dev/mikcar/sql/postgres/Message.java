package dev.mikcar.sql.postgres;

import dev.mikcar.sql.database.SqlFailure;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message of the server. Valid while it is handled, not after.
 *
 * @param type its letter
 * @param body what follows the length
 */
record Message(char type, ByteBuf body) {
  private static final Pattern PARAMETER = Pattern.compile("parameter \\$(\\d+)");

  int int32() {
    return body.readInt();
  }

  int int16() {
    return body.readUnsignedShort();
  }

  String cString() {
    int end = body.bytesBefore((byte) 0);
    if (end < 0) {
      throw new IllegalStateException("the server sent a text without an end");
    }
    String text = body.readCharSequence(end, StandardCharsets.UTF_8).toString();
    body.skipBytes(1);
    return text;
  }

  /** The next value of a row as text; null when it is NULL. */
  @Nullable String value() {
    int length = body.readInt();
    return length < 0 ? null : body.readCharSequence(length, StandardCharsets.UTF_8).toString();
  }

  /** What an ErrorResponse says; a parameter that it is about is named in its sentence. */
  SqlFailure failure() {
    Map<Character, String> fields = new HashMap<>();
    while (body.isReadable()) {
      char field = (char) body.readByte();
      if (field == 0) {
        break;
      }
      fields.put(field, cString());
    }
    String message = fields.getOrDefault('M', "the server gave no reason");
    Matcher parameter = PARAMETER.matcher(fields.getOrDefault('W', ""));
    String position = fields.get('P');
    return new SqlFailure(
        fields.getOrDefault('C', "XX000"),
        parameter.find() ? "parameter $" + parameter.group(1) + ": " + message : message,
        fields.get('D'),
        fields.get('H'),
        position == null ? null : Integer.valueOf(position),
        fields.get('n'),
        fields.get('t'),
        fields.get('c'));
  }
}
