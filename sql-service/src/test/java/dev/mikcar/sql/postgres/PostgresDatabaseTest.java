package dev.mikcar.sql.postgres;

import dev.mikcar.sql.PostgresServer;
import dev.mikcar.sql.database.SqlDatabase;
import dev.mikcar.sql.database.SqlDatabaseContract;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresDatabaseTest extends SqlDatabaseContract {
  private static PostgresServer server;
  private static Vertx vertx;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
    server.close();
  }

  @Override
  protected SqlDatabase open() {
    server.psql("DROP TABLE IF EXISTS t, pair");
    return PostgresDatabase.at(
        vertx,
        server.url().replace("postgres://", ""),
        2,
        Duration.ofSeconds(5),
        Duration.ofMinutes(10),
        Duration.ofMinutes(30));
  }
}
