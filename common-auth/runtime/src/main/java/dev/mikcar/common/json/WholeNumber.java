package dev.mikcar.common.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.function.Function;

/**
 * Reads an integer as JSON Schema means it: a number whose fraction is zero, so that {@code 60.0},
 * which a program may write for 60, is 60. Any other number, and what is no number, is an error.
 *
 * @param <N> the type of Java
 */
final class WholeNumber<N extends Number> extends StdScalarDeserializer<N> {
  private static final long serialVersionUID = 1;

  private final transient Function<BigDecimal, N> exact;

  /**
   * @param exact throws {@link ArithmeticException} when there is a fraction, or no room
   */
  WholeNumber(Class<N> type, Function<BigDecimal, N> exact) {
    super(type);
    this.exact = exact;
  }

  @Override
  public N deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    if (parser.hasToken(JsonToken.VALUE_NUMBER_INT)
        || parser.hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
      try {
        return exact.apply(parser.getDecimalValue());
      } catch (ArithmeticException e) {
        return context.reportInputMismatch(this, "%s", e.getMessage());
      }
    }
    return context.reportInputMismatch(this, "no number");
  }
}
