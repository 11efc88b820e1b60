package dev.mikcar.sql;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.SidecarProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The sql section of docs/api.md against the packaged application, on each backend. */
class SqlWireIT {
  private static PostgresServer server;
  private static SidecarProcess postgres;
  private static SidecarProcess file;
  private static SidecarProcess memory;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    postgres = SidecarProcess.builder().env("DATABASE_URL", server.url()).start().awaitReady();
    file = SidecarProcess.builder().start().awaitReady();
    memory = SidecarProcess.builder().env("DATABASE_URL", "sqlite::memory:").start().awaitReady();
  }

  @AfterAll
  static void stop() {
    postgres.close();
    file.close();
    memory.close();
    server.close();
  }

  @Nested
  class StatementOnPostgres extends StatementContract {
    @Override
    HttpClient http() {
      return postgres.client();
    }

    @Override
    boolean isPostgres() {
      return true;
    }
  }

  @Nested
  class ScriptOnPostgres extends ScriptContract {
    @Override
    HttpClient http() {
      return postgres.client();
    }

    @Override
    boolean isPostgres() {
      return true;
    }
  }

  @Nested
  class TablesOnPostgres extends TablesContract {
    @Override
    HttpClient http() {
      return postgres.client();
    }

    @Override
    boolean isPostgres() {
      return true;
    }
  }

  @Nested
  class StatementOnSqliteFile extends StatementContract {
    @Override
    HttpClient http() {
      return file.client();
    }

    @Override
    boolean isPostgres() {
      return false;
    }
  }

  @Nested
  class ScriptOnSqliteFile extends ScriptContract {
    @Override
    HttpClient http() {
      return file.client();
    }

    @Override
    boolean isPostgres() {
      return false;
    }
  }

  @Nested
  class TablesOnSqliteFile extends TablesContract {
    @Override
    HttpClient http() {
      return file.client();
    }

    @Override
    boolean isPostgres() {
      return false;
    }
  }

  @Nested
  class StatementOnSqliteMemory extends StatementContract {
    @Override
    HttpClient http() {
      return memory.client();
    }

    @Override
    boolean isPostgres() {
      return false;
    }
  }

  @Nested
  class ScriptOnSqliteMemory extends ScriptContract {
    @Override
    HttpClient http() {
      return memory.client();
    }

    @Override
    boolean isPostgres() {
      return false;
    }
  }

  @Nested
  class TablesOnSqliteMemory extends TablesContract {
    @Override
    HttpClient http() {
      return memory.client();
    }

    @Override
    boolean isPostgres() {
      return false;
    }
  }
}
