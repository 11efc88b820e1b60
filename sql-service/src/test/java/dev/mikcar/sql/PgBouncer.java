package dev.mikcar.sql;

import dev.mikcar.test.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Debian's PgBouncer in front of a {@link PostgresServer}, as it is packaged, on a free port. */
public final class PgBouncer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(10);

  private final Path folder;
  private final int port = PostgresServer.freePort();
  private final Thread hook = new Thread(this::kill, "kill-pgbouncer");
  private @Nullable Process process;

  private PgBouncer(Path folder) {
    this.folder = folder;
  }

  /**
   * Serves.
   *
   * @param mode its {@code pool_mode}: what a server is kept for
   * @param sessions how many of the server it shares out
   */
  public static PgBouncer start(PostgresServer server, String mode, int sessions) {
    try {
      PgBouncer bouncer = new PgBouncer(Files.createTempDirectory("mikcar-pgbouncer-"));
      Runtime.getRuntime().addShutdownHook(bouncer.hook);
      Files.writeString(bouncer.folder.resolve("users"), "\"postgres\" \"se/cret p@ss\"\n");
      Files.writeString(
          bouncer.folder.resolve("ini"),
          """
          [databases]
          postgres = host=127.0.0.1 port=%d
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = scram-sha-256
          auth_file = %s
          pool_mode = %s
          default_pool_size = %d
          max_client_conn = 200
          """
              .formatted(
                  server.port(), bouncer.port, bouncer.folder.resolve("users"), mode, sessions));
      if (isRoot()) {
        new ProcessBuilder("chown", "-R", "postgres:postgres", bouncer.folder.toString())
            .start()
            .waitFor();
      }
      return bouncer.serve();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Serves, after {@link #kill} again, on the same port. */
  public PgBouncer serve() {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
    }
    command.addAll(List.of("/usr/sbin/pgbouncer", "-q", folder.resolve("ini").toString()));
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
              .start();
    } catch (IOException e) {
      throw new AssertionError(
          "These tests need PgBouncer: apt-get install pgbouncer (./verify does)", e);
    }
    Await.until("PgBouncer serves", START, this::isReady);
    return this;
  }

  private boolean isReady() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** A {@code DATABASE_URL}. */
  public String url() {
    return "postgres://postgres:se%2Fcret%20p%40ss@127.0.0.1:" + port + "/postgres";
  }

  /** A crash. */
  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      try {
        var _ = running.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(hook);
    try {
      new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }
}
