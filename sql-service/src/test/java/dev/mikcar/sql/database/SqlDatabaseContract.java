package dev.mikcar.sql.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.error.ApiException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link SqlDatabase} promises; a subclass for each backend opens one with 2 connections. */
public abstract class SqlDatabaseContract {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Options USUAL = options(Duration.ofSeconds(10), false);

  private SqlDatabase database;

  /** A database without tables. */
  protected abstract SqlDatabase open() throws Exception;

  /** How many may read at the same time. */
  protected int atOnce() {
    return 2;
  }

  @BeforeEach
  void openDatabase() throws Exception {
    database = open();
    run("CREATE TABLE t (id int PRIMARY KEY, v text)");
  }

  @AfterEach
  void closeDatabase() {
    database.close();
  }

  private static Options options(Duration timeout, boolean readOnly) {
    return new Options(Optional.of(timeout), 100, readOnly, null, true, Options.Caller.SELF);
  }

  private static Statement statement(String sql, Param... params) {
    return new Statement(sql, List.of(params));
  }

  private static Param number(long value) {
    return new Param.Num(BigDecimal.valueOf(value));
  }

  private static <T> T await(Uni<T> uni) {
    return uni.await().atMost(LIMIT);
  }

  private Result run(String sql, Param... params) {
    return await(database.run(statement(sql, params), USUAL));
  }

  private long count() {
    return run("SELECT count(*) AS c FROM t").rows().getFirst().getFirst()
            instanceof Cell.Int(long count)
        ? count
        : -1;
  }

  @Test
  void aStatementGivesColumnsRowsAndHowManyItChanged() {
    Result inserted =
        run("INSERT INTO t VALUES ($1, $2), (2, 'b')", number(1), new Param.Text("a"));

    Result read = run("SELECT v, id FROM t ORDER BY id");

    assertThat(inserted.affected()).isEqualTo(2);
    assertThat(read.columns()).extracting(Column::name).containsExactly("v", "id");
    assertThat(read.rows())
        .containsExactly(
            List.of(new Cell.Text("a"), new Cell.Int(1)),
            List.of(new Cell.Text("b"), new Cell.Int(2)));
    assertThat(read.affected()).isZero();
  }

  @Test
  void aTransactionIsCommittedWhenItsWorkEndsWell() {
    Long sum =
        await(
            database.transaction(
                USUAL,
                s ->
                    s.run(statement("INSERT INTO t VALUES (1, 'a')"))
                        .chain(() -> s.run(statement("INSERT INTO t VALUES (2, 'b')")))
                        .map(r -> r.affected() + 41)));

    assertThat(sum).isEqualTo(42);
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void aTransactionIsRolledBackWhenItsWorkFails() {
    Uni<Result> work =
        database.transaction(
            USUAL,
            s ->
                s.run(statement("INSERT INTO t VALUES (1, 'a')"))
                    .onItem()
                    .failWith(() -> new IllegalArgumentException("no")));

    assertThatThrownBy(() -> await(work)).isInstanceOf(IllegalArgumentException.class);
    assertThat(count()).isZero();
  }

  @Test
  void aTransactionIsRolledBackWhenAStatementFailsUnnoticed() {
    Uni<String> work =
        database.transaction(
            USUAL,
            s ->
                s.run(statement("INSERT INTO t VALUES (1, 'a')"))
                    .chain(() -> s.run(statement("INSERT INTO t VALUES (1, 'a')")))
                    .map(_ -> "done")
                    .onFailure()
                    .recoverWithItem("unnoticed"));

    assertThatThrownBy(() -> await(work)).isInstanceOf(ApiException.class);
    assertThat(count()).isZero();
  }

  @Test
  void manyStatementsRunInTheirOrder() {
    List<Statement> statements = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      statements.add(statement("INSERT INTO t VALUES ($1, $2)", number(i), new Param.Text("v")));
    }
    statements.add(statement("DELETE FROM t WHERE id < 10"));

    List<Result> results = await(database.transaction(USUAL, s -> s.runAll(statements)));

    assertThat(results).hasSize(51);
    assertThat(results.getLast().affected()).isEqualTo(10);
    assertThat(count()).isEqualTo(40);
  }

  @Test
  void aReadOnlyTransactionRefusesAWrite() {
    Options readOnly = options(Duration.ofSeconds(10), true);

    assertThatThrownBy(
            () -> await(database.run(statement("INSERT INTO t VALUES (1, 'a')"), readOnly)))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(403));
    assertThat(count()).isZero();
    run("INSERT INTO t VALUES (1, 'a')");
  }

  @Test
  void aStreamThatIsReadInPartLeavesItsConnectionToOthers() {
    run(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 5000) SELECT i, 'x' FROM n");
    for (int i = 0; i < 5; i++) {
      Chunk first = await(database.stream(statement("SELECT * FROM t ORDER BY id"), USUAL).toUni());

      assertThat(first.rows().getFirst().getFirst()).isEqualTo(new Cell.Int(1));
    }
    assertThat(count()).isEqualTo(5000);
  }

  /** From before a stream has a connection until it has ended. */
  @Test
  void aReaderMayGoAtAnyMoment() {
    run(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 5000) SELECT i, 'x' FROM n");
    for (int i = 0; i < 100; i++) {
      Cancellable reader =
          database.stream(statement("SELECT * FROM t ORDER BY id"), USUAL)
              .subscribe()
              .with(_ -> {}, _ -> {});
      long moment = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(i * 50L);
      while (System.nanoTime() < moment) {
        Thread.onSpinWait();
      }
      reader.cancel();
    }

    run("UPDATE t SET v = 'y'");
    AtomicInteger missing = new AtomicInteger(atOnce());
    CompletableFuture<Boolean> allAreHere = new CompletableFuture<>();
    List<CompletableFuture<Result>> readers = new ArrayList<>();
    for (int i = 0; i < atOnce(); i++) {
      readers.add(
          database
              .transaction(
                  options(Duration.ofSeconds(10), true),
                  session ->
                      session
                          .run(statement("SELECT count(*) FROM t WHERE v = 'y'"))
                          .call(
                              () -> {
                                if (missing.decrementAndGet() == 0) {
                                  allAreHere.complete(true);
                                }
                                return Uni.createFrom().completionStage(allAreHere);
                              }))
              .subscribeAsCompletionStage());
    }
    for (CompletableFuture<Result> reader : readers) {
      assertThat(reader.join().rows()).containsExactly(List.of(new Cell.Int(5000)));
    }
  }

  @Test
  void aStreamGivesEveryRow() {
    run(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 5000) SELECT i, 'x' FROM n");

    List<Chunk> chunks =
        await(database.stream(statement("SELECT id FROM t"), USUAL).collect().asList());

    assertThat(chunks.stream().mapToInt(chunk -> chunk.rows().size()).sum()).isEqualTo(5000);
    assertThat(chunks).extracting(Chunk::isLast).endsWith(true).containsOnlyOnce(true);
  }

  @Test
  void writersDoNotLoseEachOthersChanges() {
    run("INSERT INTO t VALUES (1, '0')");
    List<CompletableFuture<Result>> updates = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      updates.add(
          database
              .run(
                  statement("UPDATE t SET v = CAST(CAST(v AS int) + 1 AS text) WHERE id = 1"),
                  USUAL)
              .subscribeAsCompletionStage());
    }
    CompletableFuture.allOf(updates.toArray(CompletableFuture[]::new)).join();

    assertThat(run("SELECT v FROM t").rows()).containsExactly(List.of(new Cell.Text("50")));
  }

  @Test
  void aTableIsFoundWithItsColumnsAndKey() {
    run("CREATE TABLE pair (a int, \"B c\" int, d int, PRIMARY KEY (d, a))");

    Table table = await(database.table("pair"));

    assertThat(table.columns()).extracting(Table.Field::name).containsExactly("a", "B c", "d");
    assertThat(table.key()).containsExactly("d", "a");
    assertThatThrownBy(() -> await(database.table("nope")))
        .isInstanceOf(ApiException.NotFound.class);
  }

  @Test
  void aClosedDatabaseIsUnavailable() {
    database.close();

    assertThatThrownBy(() -> run("SELECT 1"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(503));
  }
}
