package dev.mikcar.queue;

import dev.mikcar.test.HttpClient;
import dev.mikcar.test.SidecarProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/**
 * The queue section of docs/api.md against the packaged application: in memory and durable, over
 * TCP, and over the unix socket where that may make a difference.
 */
class QueueWireIT {
  private static SidecarProcess memory;
  private static SidecarProcess file;

  @BeforeAll
  static void start() {
    memory = builder("memory://").start().awaitReady();
    file = builder("file://data").start().awaitReady();
  }

  private static SidecarProcess.Builder builder(String url) {
    return SidecarProcess.builder()
        .env("QUEUE_URL", url)
        .env("QUEUE_MAX_IN_FLIGHT", "1000,narrow=2")
        .env("QUEUE_MAX_LENGTH", "1000,short=3")
        .env("MIKCAR_SOCKET", "queue.sock");
  }

  @AfterAll
  static void stop() {
    memory.close();
    file.close();
  }

  @Nested
  class SendInMemory extends SendContract {
    @Override
    HttpClient http() {
      return memory.client();
    }
  }

  @Nested
  class SendInFile extends SendContract {
    @Override
    HttpClient http() {
      return file.client();
    }
  }

  @Nested
  class DeliverInMemory extends DeliverContract {
    @Override
    HttpClient http() {
      return memory.client();
    }
  }

  @Nested
  class DeliverInFile extends DeliverContract {
    @Override
    HttpClient http() {
      return file.client();
    }
  }

  @Nested
  class TopicInMemory extends TopicContract {
    @Override
    HttpClient http() {
      return memory.client();
    }

    @Override
    int port() {
      return memory.port();
    }
  }

  @Nested
  class TopicInFile extends TopicContract {
    @Override
    HttpClient http() {
      return file.client();
    }

    @Override
    int port() {
      return file.port();
    }
  }

  @Nested
  class DeliverOverUnix extends DeliverContract {
    @Override
    HttpClient http() {
      return file.unixClient();
    }
  }
}
