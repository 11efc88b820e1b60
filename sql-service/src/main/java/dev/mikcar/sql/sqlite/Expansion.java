package dev.mikcar.sql.sqlite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often the common table expressions of a statement are written out: SQLite does so for each
 * place that names one, so that some that each name the one before twice fill any memory. Guessed
 * from the tokens, rather too often than too rarely.
 */
final class Expansion {
  private static final long MOST = 10_000;

  /** No name: it cannot be in a statement. */
  private static final String NONE = "\0";

  /** An expression's body, or what is outside of all of them. */
  private static final class Body {
    final List<String> named = new ArrayList<>();
    int depth;
    long cost;
  }

  private final Map<String, List<Body>> bodies = new HashMap<>();
  private final Body outside = new Body();
  private final Deque<Body> open = new ArrayDeque<>();
  private boolean within;
  private int depth;

  /** The last name, which may be that of an expression; of a list of columns, the one before it. */
  private String candidate = NONE;

  /** Those of the brackets that are open. */
  private final Deque<String> candidates = new ArrayDeque<>();

  private boolean as;
  private String before = "";
  private @Nullable String reference;

  /** Takes the next token. */
  void take(SqliteTokens token) {
    if (!within) {
      within = token.is("WITH");
      return;
    }
    if (token.is('(')) {
      opened();
    } else if (token.is(')')) {
      closed();
    } else if (token.is("AS")) {
      settle();
      as = true;
    } else if (!(as && (token.is("NOT") || token.is("MATERIALIZED")))) {
      other(token);
    }
    if (token.isName()) {
      before = token.kind() == SqliteTokens.Kind.WORD ? token.name() : "";
    } else {
      before = token.is(',') ? "," : token.is('(') ? "(" : token.is('.') ? "." : "";
    }
  }

  private void opened() {
    depth++;
    settle();
    if (as) {
      Body body = new Body();
      body.depth = depth;
      bodies.computeIfAbsent(candidate, _ -> new ArrayList<>()).add(body);
      open.push(body);
    }
    candidates.push(candidate);
    candidate = NONE;
    as = false;
  }

  private void closed() {
    settle();
    if (!open.isEmpty() && open.element().depth == depth) {
      open.pop();
    }
    candidate = candidates.isEmpty() ? NONE : candidates.pop();
    as = false;
    depth--;
  }

  private void other(SqliteTokens token) {
    if (token.is('.')) {
      // What is before a dot is where a column is from, or a schema, in which there are none.
      reference = null;
      return;
    }
    settle();
    as = false;
    candidate = token.isName() ? token.name() : NONE;
    boolean place =
        switch (before) {
          case "from", "join", "in", ",", "(" -> true;
          default -> false;
        };
    reference = place && token.isName() ? token.name() : null;
  }

  private void settle() {
    if (reference != null) {
      (open.isEmpty() ? outside : open.element()).named.add(reference);
      reference = null;
    }
  }

  boolean isTooLarge() {
    settle();
    return !bodies.isEmpty() && cost(outside) > MOST;
  }

  private long cost(Body body) {
    if (body.cost == 0) {
      body.cost = 1; // What names itself is not written out.
      long sum = 1;
      for (String name : body.named) {
        for (Body other : bodies.getOrDefault(name, List.of())) {
          sum = Math.min(MOST + 1, sum + cost(other));
        }
      }
      body.cost = sum;
    }
    return body.cost;
  }
}
