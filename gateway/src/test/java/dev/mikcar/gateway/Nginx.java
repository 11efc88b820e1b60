package dev.mikcar.gateway;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Debian's nginx as a reverse proxy that keeps its connections to the sidecar. */
final class Nginx implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Process process;
  private final Thread hook;
  private final Path log;
  private final int port;

  private Nginx(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
    this.hook = new Thread(process::destroyForcibly, "kill-nginx");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts one, and waits until it serves.
   *
   * @param parent where it makes a folder for its files
   * @param host what it says the host is; {@code $proxy_host}, which is {@code sidecar} here, is
   *     what it says of itself
   */
  static Nginx start(Path parent, int sidecar, String host) throws IOException {
    int port = Ports.free();
    Path folder = Files.createDirectory(parent.resolve("nginx-" + port));
    Path configuration = folder.resolve("nginx.conf");
    Path log = folder.resolve("nginx.log");
    Files.writeString(
        configuration,
        """
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log nginx.log info;
        events {}
        http {
          access_log off;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          client_max_body_size 0;
          upstream sidecar {
            server 127.0.0.1:SIDECAR;
            keepalive 4;
          }
          server {
            listen 127.0.0.1:PORT;
            location / {
              proxy_pass http://sidecar;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host HOST;
              proxy_request_buffering off;
            }
          }
        }
        """
            .replace("SIDECAR", Integer.toString(sidecar))
            .replace("PORT", Integer.toString(port))
            .replace("HOST", host));
    ProcessBuilder builder =
        new ProcessBuilder(
                "nginx",
                "-p",
                folder.toString(),
                "-c",
                configuration.toString(),
                "-e",
                log.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("nginx.out").toFile());
    // Where Debian has it, which is not in the path of users.
    builder.environment().merge("PATH", "/usr/sbin", (path, more) -> path + ":" + more);
    Path program = Path.of("/usr/sbin/nginx");
    if (Files.isExecutable(program)) {
      builder.command().set(0, program.toString());
    }
    Nginx nginx = new Nginx(builder.start(), log, port);
    try {
      Await.until("nginx serves", START, nginx::isServing);
      return nginx;
    } catch (Throwable e) {
      nginx.close();
      throw e;
    }
  }

  private boolean isServing() {
    if (!process.isAlive()) {
      throw new AssertionError("nginx has ended: " + log());
    }
    try {
      return client().send("GET", "/health", Map.of("Host", "localhost")).status() > 0;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** What it logged. */
  String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpClient client() {
    return HttpClient.tcp("127.0.0.1", port);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook with it.
    }
  }
}
