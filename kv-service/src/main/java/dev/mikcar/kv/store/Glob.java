package dev.mikcar.kv.store;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A pattern of Redis: {@code *} any text, {@code ?} one character, {@code [abc]}, {@code [a-c]},
 * {@code [^a]} one of a set, {@code \} takes the next character as it is. Characters are Unicode
 * code points. Matching takes time in the product of the lengths at worst, however large the sets.
 *
 * @see <a href="https://redis.io/docs/latest/commands/keys/">KEYS</a>
 */
public final class Glob {
  private final List<Part> parts = new ArrayList<>();
  private final StringBuilder literal = new StringBuilder();
  private boolean stillLiteral = true;

  private Glob() {}

  /** Every text is a pattern: a bracket that nothing closes closes at the end. */
  public static Glob of(String pattern) {
    Glob glob = new Glob();
    int[] p = pattern.codePoints().toArray();
    int i = 0;
    while (i < p.length) {
      switch (p[i]) {
        case '*' -> glob.addStar();
        case '?' -> glob.add(c -> true);
        case '[' -> i = glob.addSet(p, i + 1);
        case '\\' -> {
          i = Math.min(i + 1, p.length - 1);
          glob.addLiteral(p[i]);
        }
        default -> glob.addLiteral(p[i]);
      }
      i++;
    }
    return glob;
  }

  /** The text that every match begins with. */
  public String prefix() {
    return literal.toString();
  }

  /** Whether the whole text matches. */
  public boolean matches(String text) {
    int[] t = text.codePoints().toArray();
    int part = 0;
    int at = 0;
    int star = -1;
    int starAt = 0;
    while (at < t.length) {
      if (part < parts.size() && parts.get(part).star()) {
        star = part++;
        starAt = at;
      } else if (part < parts.size() && parts.get(part).one().test(t[at])) {
        part++;
        at++;
      } else if (star >= 0) {
        part = star + 1;
        at = ++starAt;
      } else {
        return false;
      }
    }
    while (part < parts.size() && parts.get(part).star()) {
      part++;
    }
    return part == parts.size();
  }

  private void add(IntPredicate one) {
    parts.add(new Part(false, one));
    stillLiteral = false;
  }

  private void addStar() {
    if (parts.isEmpty() || !parts.getLast().star()) {
      parts.add(new Part(true, c -> true));
    }
    stillLiteral = false;
  }

  private void addLiteral(int c) {
    parts.add(new Part(false, x -> x == c));
    if (stillLiteral) {
      literal.appendCodePoint(c);
    }
  }

  /** Reads a set and gives the index of its closing bracket. */
  private int addSet(int[] p, int start) {
    int i = start;
    boolean negated = i < p.length && p[i] == '^';
    if (negated) {
      i++;
    }
    CodePoints members = new CodePoints();
    while (i < p.length && p[i] != ']') {
      if (p[i] == '\\' && i + 1 < p.length) {
        i++;
      }
      int from = p[i];
      if (i + 2 < p.length && p[i + 1] == '-' && p[i + 2] != ']') {
        members.add(Math.min(from, p[i + 2]), Math.max(from, p[i + 2]));
        i += 3;
      } else {
        members.add(from, from);
        i++;
      }
    }
    add(c -> negated != members.contains(c));
    return i;
  }

  /** A star, or a place for one character. */
  private record Part(boolean star, IntPredicate one) {}
}
