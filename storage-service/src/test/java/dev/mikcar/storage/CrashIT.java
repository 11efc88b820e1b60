package dev.mikcar.storage;

import static dev.mikcar.storage.Objects.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Connection;
import dev.mikcar.test.KillRun;
import dev.mikcar.test.Response;
import dev.mikcar.test.SidecarProcess;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link KillRun} with 200 writers: headers and content are of one write, nothing else is there.
 */
class CrashIT {
  private static final KillRun.Plan PLAN = new KillRun.Plan(20, 200, 3, 200_000, 300);
  private static final Pattern LOCATION = Pattern.compile("\"location\":\"([^\"]+)\"");

  @TempDir private Path data;

  @Test
  void keepsEveryAnsweredObjectWholeThroughTwentyKills() throws Exception {
    // When
    int answers = new KillRun(PLAN, this::start, new Versions()).run();

    // Then
    assertThat(answers).as("answered writes").isGreaterThan(PLAN.kills() * 10);
    try (Stream<Path> left = Files.list(data.resolve("storage/tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  private SidecarProcess start() {
    return SidecarProcess.builder().env("MIKCAR_DATA", data.toString()).start().awaitReady();
  }

  private static final class Versions implements KillRun.Subject {
    @Override
    public String key(int writer, int i) {
      return "w" + writer % 7 + "/o" + writer + "-" + i;
    }

    @Override
    public Response write(Connection connection, String key, int version, byte[] value) {
      return connection.send(
          "PUT", route(key), Map.of("X-Meta-Version", Integer.toString(version)), value);
    }

    @Override
    public Response read(Connection connection, String key) {
      Response response = connection.send("GET", route(key));
      if (response.status() == 200) {
        int version = ByteBuffer.wrap(response.body()).getInt();
        assertThat(response.header("X-Meta-Version")).contains(Integer.toString(version));
      }
      return response;
    }

    @Override
    public void verify(Connection connection, Set<String> keys) {
      Matcher listed = LOCATION.matcher(connection.send("GET", "/storage/list").text());
      while (listed.find()) {
        assertThat(keys).contains(listed.group(1));
      }
    }
  }
}
