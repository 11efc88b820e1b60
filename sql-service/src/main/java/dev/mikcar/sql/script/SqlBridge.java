package dev.mikcar.sql.script;

import com.fasterxml.jackson.core.JacksonException;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.sql.database.Params;
import dev.mikcar.sql.database.Result;
import dev.mikcar.sql.database.Statement;
import dev.mikcar.sql.json.Rows;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/** All that a script can reach outside of itself. Used by its thread only; statements block it. */
public final class SqlBridge {
  private final ScriptTransaction transaction;
  private final int most;

  /** Told when the script begins to wait for the database, and when it goes on. */
  private final Consumer<Boolean> waiting;

  private int queries;
  private @Nullable String result;
  private @Nullable ApiException failure;

  SqlBridge(ScriptTransaction transaction, int most, Consumer<Boolean> waiting) {
    this.transaction = transaction;
    this.most = most;
    this.waiting = waiting;
  }

  /** Runs a statement; its rows as JSON. */
  @HostAccess.Export
  public String query(String sql, String params) throws Exception {
    return new String(Rows.list(run(sql, params)), StandardCharsets.UTF_8);
  }

  /** Runs a statement; how many rows it changed. */
  @HostAccess.Export
  public double execute(String sql, String params) throws Exception {
    return run(sql, params).affected();
  }

  /** The script has ended well. */
  @HostAccess.Export
  public void done(String json) {
    result = json;
  }

  /** The script has thrown. */
  @HostAccess.Export
  public void failed(Value error, String text) {
    if (error.isException()) {
      try {
        throw error.throwException();
      } catch (PolyglotException e) {
        failure = ScriptErrors.of(e);
        return;
      }
    }
    failure = ScriptErrors.of(text, null);
  }

  private Result run(String sql, String params) throws Exception {
    if (++queries > most) {
      throw transaction.fail(
          ScriptErrors.limit("the script runs more than " + most + " statements"));
    }
    try {
      Statement statement = new Statement(sql, Params.ofAll(Params.read(params)));
      waiting.accept(true);
      try {
        return transaction.run(statement);
      } finally {
        waiting.accept(false);
      }
    } catch (JacksonException e) {
      throw transaction.fail(new ApiException.BadRequest("the params are no JSON"));
    } catch (ApiException e) {
      throw transaction.fail(e);
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = e.getCause();
      throw transaction.fail(cause == null ? e : cause);
    }
  }

  int queries() {
    return queries;
  }

  /**
   * What the script came to.
   *
   * @throws ApiException when it failed
   */
  String outcome() {
    if (failure != null) {
      throw failure;
    }
    if (result == null) {
      throw ScriptErrors.of("the script waits for a promise that nothing will settle", null);
    }
    return result;
  }
}
