package dev.mikcar.sql.database;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** An open transaction. Its statements run one after the other, in the order of the calls. */
public interface Session {
  /** Runs a statement; when it fails, so does the transaction. */
  Uni<Result> run(Statement statement);

  /** Runs all of them in their order, up to the first that fails. */
  default Uni<List<Result>> runAll(List<Statement> statements) {
    return Multi.createFrom()
        .iterable(statements)
        .onItem()
        .transformToUniAndConcatenate(this::run)
        .collect()
        .asList();
  }
}
