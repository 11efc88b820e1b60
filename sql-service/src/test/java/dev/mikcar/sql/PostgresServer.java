package dev.mikcar.sql;

import dev.mikcar.test.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL as Debian packages it, with a database of its own in a temporary folder, on a free
 * port. PostgreSQL refuses to run as root, so as root it is run as the user postgres.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Path PACKAGED = Path.of("/usr/lib/postgresql");

  private final Path folder;
  private final int port = freePort();
  private final List<String> options = new ArrayList<>();
  private final Thread hook = new Thread(this::kill, "kill-postgres");
  private @Nullable Process process;

  private PostgresServer(Path folder) {
    this.folder = folder;
  }

  /** A new database, served; user postgres, password {@code se/cret p@ss}, no TLS. */
  public static PostgresServer start() {
    return create().serve();
  }

  /** The same with TLS, whose certificate is for {@code localhost}, and no other way in by TCP. */
  public static PostgresServer startWithTls() {
    PostgresServer server = create();
    server.makeCertificate();
    server.options.addAll(List.of("-c", "ssl=on"));
    server.write("data/pg_hba.conf", "local all all trust\nhostssl all all all scram-sha-256\n");
    return server.serve();
  }

  private static PostgresServer create() {
    try {
      PostgresServer server = new PostgresServer(Files.createTempDirectory("mikcar-pg-"));
      Runtime.getRuntime().addShutdownHook(server.hook);
      server.write("password", "se/cret p@ss");
      if (isRoot()) {
        server.run("chown", "-R", "postgres:postgres", server.folder.toString());
      }
      server.run(
          server.asPostgres(
              "initdb",
              "-D",
              server.folder.resolve("data").toString(),
              "-U",
              "postgres",
              "-A",
              "scram-sha-256",
              "--auth-local=trust",
              "--no-sync",
              "--pwfile",
              server.folder.resolve("password").toString()));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String file, String text) {
    try {
      Path path = folder.resolve(file);
      Files.writeString(path, text);
      if (isRoot()) {
        run("chown", "postgres:postgres", path.toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void makeCertificate() {
    run(
        asPostgres(
            "/usr/bin/openssl",
            "req",
            "-new",
            "-x509",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            folder.resolve("data/server.key").toString(),
            "-out",
            folder.resolve("data/server.crt").toString()));
    run("chmod", "755", folder.toString());
  }

  /** The certificate, readable for all. */
  public Path certificate() {
    try {
      Path copy = Files.createTempFile("mikcar-pg-", ".crt");
      Files.write(copy, Files.readAllBytes(folder.resolve("data/server.crt")));
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves, after {@link #kill} again, on the same port. */
  public PostgresServer serve() {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("postgres", "-D", folder.resolve("data").toString(), "-p", Integer.toString(port)));
    command.addAll(List.of("-k", folder.toString(), "-c", "listen_addresses=127.0.0.1"));
    command.addAll(List.of("-c", "fsync=off", "-c", "max_connections=60"));
    command.addAll(options);
    try {
      process =
          new ProcessBuilder(asPostgres(command.toArray(String[]::new)))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Await.until("PostgreSQL serves", START, this::isReady);
    return this;
  }

  private boolean isReady() {
    try {
      return new ProcessBuilder(
                  binary("pg_isready"), "-q", "-h", folder.toString(), "-p", Integer.toString(port))
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Runs statements beside everything, and gives what psql prints: unaligned, tuples only. */
  public String psql(String sql) {
    return run(
        binary("psql"),
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-U",
        "postgres",
        "-h",
        folder.toString(),
        "-p",
        Integer.toString(port),
        "-d",
        "postgres",
        "-c",
        sql);
  }

  /** Takes an advisory lock, in a session that holds it until it is closed. */
  public Lock lock(int key) {
    try {
      Process session =
          new ProcessBuilder(
                  binary("psql"),
                  "-X",
                  "-q",
                  "-U",
                  "postgres",
                  "-h",
                  folder.toString(),
                  "-p",
                  Integer.toString(port),
                  "-d",
                  "postgres")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      session.outputWriter().append("SELECT pg_advisory_lock(" + key + ");\n").flush();
      Await.until(
          "it is locked",
          START,
          () ->
              psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
                  .equals("1"));
      return new Lock(session);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An advisory lock that is held. */
  public record Lock(Process session) implements AutoCloseable {
    @Override
    public void close() {
      session.destroyForcibly();
    }
  }

  /** A crash, as it looks from outside: every session is cut. */
  public void kill() {
    Process running = process;
    if (running != null) {
      running.descendants().forEach(ProcessHandle::destroyForcibly);
      running.destroyForcibly();
      try {
        var _ = running.waitFor(10, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      try {
        Files.deleteIfExists(folder.resolve("data/postmaster.pid"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public int port() {
    return port;
  }

  /** The folder of the unix socket. */
  public Path folder() {
    return folder;
  }

  /** A {@code DATABASE_URL} over TCP, whose password needs encoding. */
  public String url() {
    return "postgres://postgres:se%2Fcret%20p%40ss@127.0.0.1:" + port + "/postgres";
  }

  @Override
  public void close() {
    kill();
    Runtime.getRuntime().removeShutdownHook(hook);
    run("rm", "-rf", folder.toString());
  }

  private static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  private String[] asPostgres(String... command) {
    List<String> all = new ArrayList<>();
    if (isRoot()) {
      all.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"));
    }
    all.add(command[0].startsWith("/") ? command[0] : binary(command[0]));
    all.addAll(List.of(command).subList(1, command.length));
    return all.toArray(String[]::new);
  }

  /** Debian has the server's programs in a folder for each release, outside of the path. */
  private static String binary(String name) {
    try (Stream<Path> releases = Files.exists(PACKAGED) ? Files.list(PACKAGED) : Stream.empty()) {
      return releases
          .map(release -> release.resolve("bin").resolve(name))
          .filter(Files::isExecutable)
          .sorted()
          .reduce((_, newest) -> newest)
          .map(Path::toString)
          .orElseThrow(
              () ->
                  new AssertionError(
                      "These tests need PostgreSQL: apt-get install postgresql (./verify does)"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String run(String... command) {
    try {
      Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (started.waitFor() != 0) {
        throw new AssertionError(String.join(" ", command) + " failed:\n" + output);
      }
      return output.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
