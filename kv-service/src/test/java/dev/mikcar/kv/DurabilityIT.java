package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Connection;
import dev.mikcar.test.KillRun;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link KillRun} with values that have a time to live, which goes on. */
class DurabilityIT {
  private static final KillRun.Plan PLAN =
      new KillRun.Plan(Integer.getInteger("mikcar.kills", 12), 16, 20, 20_000, 400);

  @TempDir private Path data;

  @Test
  void keepsEveryAnsweredWriteThroughManyKills() throws Exception {
    // When
    int answers = new KillRun(PLAN, this::start, new Values()).run();

    // Then
    assertThat(answers).as("answered writes").isGreaterThan(PLAN.kills() * PLAN.writers());
  }

  private SidecarProcess start() {
    return SidecarProcess.builder().env("MIKCAR_DATA", data.toString()).start().awaitReady();
  }

  private static final class Values implements KillRun.Subject {
    @Override
    public String key(int writer, int i) {
      return "w" + writer + "-" + i;
    }

    @Override
    public Response write(Connection connection, String key, int version, byte[] value) {
      return connection.send("PUT", "/kv/set/" + key + "?ttl=3000", Map.of(), value);
    }

    @Override
    public Response read(Connection connection, String key) {
      return connection.send("GET", "/kv/get/" + key);
    }

    @Override
    public void verify(Connection connection, Set<String> keys) {
      if (!keys.isEmpty()) {
        String ttl = connection.send("GET", "/kv/ttl/" + keys.iterator().next()).text();
        assertThat(ttl).matches("\\{\"ttl\":(-2|[12]\\d{3}|3000)}");
      }
    }
  }
}
