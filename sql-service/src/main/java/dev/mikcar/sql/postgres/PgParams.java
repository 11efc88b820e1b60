package dev.mikcar.sql.postgres;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Param;
import dev.mikcar.sql.database.Params;
import dev.mikcar.sql.postgres.PgType.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parameters in the server's text form, by the types that the statement wants. What the server can
 * judge itself, such as the text of a date, is left to it: its error names the parameter too.
 */
final class PgParams {
  private PgParams() {}

  /** Their number is 16 bits of the message; the server counts on from 0 after it. */
  private static final int MOST = 65_535;

  /**
   * @throws ApiException.BadRequest when their number is wrong, or one cannot be what is wanted
   */
  static List<@Nullable String> encode(List<Param> params, List<PgType> types) {
    if (params.size() > MOST) {
      throw new ApiException.BadRequest("PostgreSQL takes at most " + MOST + " parameters");
    }
    if (params.size() != types.size()) {
      throw new ApiException.BadRequest(
          "the statement has " + types.size() + " parameters, field 'params' has " + params.size());
    }
    List<@Nullable String> encoded = new ArrayList<>(params.size());
    for (int i = 0; i < params.size(); i++) {
      encoded.add(encode("parameter $" + (i + 1), params.get(i), types.get(i)));
    }
    return encoded;
  }

  private static @Nullable String encode(String name, Param param, PgType type) {
    return switch (param) {
      case Param.Null _ -> null;
      case Param.Bool bool -> bool(name, bool.value(), type);
      case Param.Num number -> number(name, number, type);
      case Param.Text text -> text(name, text.value(), type);
      case Param.Bytes bytes -> {
        if (type.kind() != Kind.BYTEA) {
          throw mismatch(name, "bytes", type);
        }
        yield "\\x" + HexFormat.of().formatHex(bytes.value());
      }
      case Param.Json json -> json(name, json.value(), type);
    };
  }

  private static String bool(String name, boolean value, PgType type) {
    if (type.kind() == Kind.BOOL || type.kind() == Kind.JSON || isText(type)) {
      return Boolean.toString(value);
    }
    throw mismatch(name, "a boolean", type);
  }

  private static String number(String name, Param.Num number, PgType type) {
    return switch (type.kind()) {
      case BOOL, BYTEA, TIMESTAMP, ZONED, ARRAY, VECTOR -> throw mismatch(name, "a number", type);
      case INTEGER -> integer(name, number.value(), type);
      default -> number.text();
    };
  }

  private static String integer(String name, BigDecimal value, PgType type) {
    if (value.signum() != 0
        && (value.stripTrailingZeros().scale() > 0 || value.precision() - value.scale() > 40)) {
      throw mismatch(name, "this number", type);
    }
    return value.toBigInteger().toString();
  }

  private static String text(String name, String value, PgType type) {
    if (value.indexOf('\0') >= 0) {
      throw new ApiException.BadRequest(
          name + " has a NUL character, which PostgreSQL cannot keep");
    }
    if (!Params.isUnicode(value)) {
      throw new ApiException.BadRequest(name + " is not valid Unicode");
    }
    return type.kind() == Kind.JSON ? Params.jsonOfText(value) : value;
  }

  private static String json(String name, JsonNode value, PgType type) {
    if (type.kind() == Kind.JSON) {
      return value.toString();
    }
    if (!value.isArray()) {
      throw mismatch(name, "an object", type);
    }
    PgType element = type.element();
    if (type.kind() != Kind.ARRAY || element == null) {
      if (type.kind() == Kind.VECTOR) {
        return value.toString().replaceAll("[\\[\\]]", "").replace(',', ' ');
      }
      throw mismatch(name, "an array", type);
    }
    StringBuilder out = new StringBuilder();
    array(out, name, value, type, element);
    return out.toString();
  }

  private static void array(
      StringBuilder out, String name, JsonNode items, PgType type, PgType element) {
    out.append('{');
    boolean first = true;
    for (JsonNode item : items) {
      if (!first) {
        out.append(type.delimiter());
      }
      first = false;
      if (item.isArray() && element.kind() != Kind.JSON) {
        array(out, name, item, type, element);
      } else {
        String encoded = encode(name, Params.of(item), element);
        if (encoded == null) {
          out.append("NULL");
        } else {
          PgArray.quote(out, encoded);
        }
      }
    }
    out.append('}');
  }

  private static boolean isText(PgType type) {
    return switch (type.name()) {
      case "text", "character varying", "character", "\"char\"", "name", "unknown" -> true;
      default -> false;
    };
  }

  private static ApiException mismatch(String name, String what, PgType type) {
    return new ApiException.BadRequest(name + " is " + what + ", and cannot be " + type.name());
  }
}
