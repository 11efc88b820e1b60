package dev.mikcar.sql;

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
    SidecarProcess sidecar() {
      return postgres;
    }
  }

  @Nested
  class StatementOnSqliteFile extends StatementContract {
    @Override
    SidecarProcess sidecar() {
      return file;
    }
  }

  @Nested
  class StatementOnSqliteMemory extends StatementContract {
    @Override
    SidecarProcess sidecar() {
      return memory;
    }
  }

  @Nested
  class ScriptOnPostgres extends ScriptContract {
    @Override
    SidecarProcess sidecar() {
      return postgres;
    }
  }

  @Nested
  class ScriptOnSqliteFile extends ScriptContract {
    @Override
    SidecarProcess sidecar() {
      return file;
    }
  }

  @Nested
  class ScriptOnSqliteMemory extends ScriptContract {
    @Override
    SidecarProcess sidecar() {
      return memory;
    }
  }

  @Nested
  class TablesOnPostgres extends TablesContract {
    @Override
    SidecarProcess sidecar() {
      return postgres;
    }
  }

  @Nested
  class TablesOnSqliteFile extends TablesContract {
    @Override
    SidecarProcess sidecar() {
      return file;
    }
  }

  @Nested
  class TablesOnSqliteMemory extends TablesContract {
    @Override
    SidecarProcess sidecar() {
      return memory;
    }
  }

  @Nested
  class SessionOnPostgres extends SessionContract {
    @Override
    SidecarProcess sidecar() {
      return postgres;
    }
  }

  @Nested
  class SessionOnSqliteFile extends SessionContract {
    @Override
    SidecarProcess sidecar() {
      return file;
    }
  }

  @Nested
  class SessionOnSqliteMemory extends SessionContract {
    @Override
    SidecarProcess sidecar() {
      return memory;
    }
  }
}
