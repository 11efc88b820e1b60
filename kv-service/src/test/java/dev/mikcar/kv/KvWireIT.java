package dev.mikcar.kv;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.SidecarProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/**
 * The kv section of docs/api.md against the packaged application: in memory and durable, over TCP
 * and over the unix socket.
 */
class KvWireIT {
  private static SidecarProcess memory;
  private static SidecarProcess file;

  @BeforeAll
  static void start() {
    memory =
        SidecarProcess.builder()
            .env("KV_URL", "memory://")
            .env("MIKCAR_SOCKET", "kv.sock")
            .start()
            .awaitReady();
    file =
        SidecarProcess.builder()
            .env("KV_URL", "file://data")
            .env("MIKCAR_SOCKET", "kv.sock")
            .start()
            .awaitReady();
  }

  @AfterAll
  static void stop() {
    memory.close();
    file.close();
  }

  @Nested
  class OneKeyInMemoryOverTcp extends OneKeyContract {
    @Override
    HttpClient http() {
      return memory.client();
    }
  }

  @Nested
  class ConditionInMemoryOverTcp extends ConditionContract {
    @Override
    HttpClient http() {
      return memory.client();
    }
  }

  @Nested
  class TtlInMemoryOverTcp extends TtlContract {
    @Override
    HttpClient http() {
      return memory.client();
    }
  }

  @Nested
  class BatchInMemoryOverTcp extends BatchContract {
    @Override
    HttpClient http() {
      return memory.client();
    }
  }

  @Nested
  class FindingInMemoryOverTcp extends FindingContract {
    @Override
    HttpClient http() {
      return memory.client();
    }
  }

  @Nested
  class OneKeyInMemoryOverUnix extends OneKeyContract {
    @Override
    HttpClient http() {
      return memory.unixClient();
    }
  }

  @Nested
  class ConditionInMemoryOverUnix extends ConditionContract {
    @Override
    HttpClient http() {
      return memory.unixClient();
    }
  }

  @Nested
  class TtlInMemoryOverUnix extends TtlContract {
    @Override
    HttpClient http() {
      return memory.unixClient();
    }
  }

  @Nested
  class BatchInMemoryOverUnix extends BatchContract {
    @Override
    HttpClient http() {
      return memory.unixClient();
    }
  }

  @Nested
  class FindingInMemoryOverUnix extends FindingContract {
    @Override
    HttpClient http() {
      return memory.unixClient();
    }
  }

  @Nested
  class OneKeyInFileOverTcp extends OneKeyContract {
    @Override
    HttpClient http() {
      return file.client();
    }
  }

  @Nested
  class ConditionInFileOverTcp extends ConditionContract {
    @Override
    HttpClient http() {
      return file.client();
    }
  }

  @Nested
  class TtlInFileOverTcp extends TtlContract {
    @Override
    HttpClient http() {
      return file.client();
    }
  }

  @Nested
  class BatchInFileOverTcp extends BatchContract {
    @Override
    HttpClient http() {
      return file.client();
    }
  }

  @Nested
  class FindingInFileOverTcp extends FindingContract {
    @Override
    HttpClient http() {
      return file.client();
    }
  }

  @Nested
  class OneKeyInFileOverUnix extends OneKeyContract {
    @Override
    HttpClient http() {
      return file.unixClient();
    }
  }

  @Nested
  class ConditionInFileOverUnix extends ConditionContract {
    @Override
    HttpClient http() {
      return file.unixClient();
    }
  }

  @Nested
  class TtlInFileOverUnix extends TtlContract {
    @Override
    HttpClient http() {
      return file.unixClient();
    }
  }

  @Nested
  class BatchInFileOverUnix extends BatchContract {
    @Override
    HttpClient http() {
      return file.unixClient();
    }
  }

  @Nested
  class FindingInFileOverUnix extends FindingContract {
    @Override
    HttpClient http() {
      return file.unixClient();
    }
  }
}
