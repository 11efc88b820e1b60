package dev.mikcar.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The packaged application, running as a child process. It listens on a free port, in a folder of
 * its own, with none of the settings that surround the test. Failures are {@link AssertionError}s
 * that hold the whole log.
 */
public final class SidecarProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration READY = Duration.ofSeconds(30);
  private static final Duration LOG = Duration.ofSeconds(30);
  private static final Duration KILL = Duration.ofSeconds(10);
  private static final Duration TERMINATE = Duration.ofSeconds(20);

  private final Running running;
  private final Address address;

  private SidecarProcess(Running running, Address address) {
    this.running = running;
    this.address = address;
  }

  /** A process with nothing set yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** The TCP port, as the log told. */
  public int port() {
    return address.port();
  }

  /** The absolute path of the unix socket, if there is one. */
  public Optional<Path> socket() {
    return Optional.ofNullable(address.socket()).map(running.folder()::resolve);
  }

  /** The working directory. */
  public Path folder() {
    return running.folder();
  }

  /** A client of the port, without a token. */
  public HttpClient client() {
    return HttpClient.tcp(address.reachableHost(), address.port());
  }

  /**
   * A client of the unix socket, without a token.
   *
   * @throws IllegalStateException if there is no socket
   */
  public HttpClient unixClient() {
    return HttpClient.unix(
        socket().orElseThrow(() -> new IllegalStateException("No socket is served:\n" + log())));
  }

  /**
   * Waits up to 30 s until {@code GET /health/ready} answers 200; returns this. When it waited in
   * vain, the log in the failure ends with what every thread was doing.
   */
  public SidecarProcess awaitReady() {
    try {
      running.await("the process is ready", READY, this::isReady);
    } catch (AssertionError e) {
      throw isAlive() ? new AssertionError(e.getMessage() + threads(), e) : e;
    }
    return this;
  }

  /** The thread dump that a JVM prints on SIGQUIT. */
  private String threads() {
    try {
      new ProcessBuilder("kill", "-QUIT", Long.toString(pid())).start().waitFor();
      awaitLog("Heap");
    } catch (IOException e) {
      return "\n(no thread dump: " + e + ")";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "\n" + log();
  }

  private boolean isReady() {
    try {
      return client().get("/health/ready").status() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Waits up to 30 s until the output contains this; fails at once if the process ends first. */
  public void awaitLog(String substring) {
    running.await(
        "the log contains '" + substring + "'",
        LOG,
        () -> running.child().output().contains(substring));
  }

  /** All output so far, standard output and error in the order they came. */
  public String log() {
    return running.log();
  }

  /** Whether the process runs. */
  public boolean isAlive() {
    return running.child().isAlive();
  }

  /** The id of the process. */
  public long pid() {
    return running.child().pid();
  }

  /** A crash: sends SIGKILL to the process, not to its descendants, and waits until it is gone. */
  public void kill() {
    running.child().signal(true);
    var _ = running.exitWithin(KILL, "SIGKILL");
  }

  /** A stop: sends SIGTERM, waits up to 20 s for the end and returns the exit code. */
  public int terminate() {
    running.child().signal(false);
    return running.exitWithin(TERMINATE, "SIGTERM");
  }

  /** Kills the process with all its descendants, and deletes its folder unless the test gave it. */
  @Override
  public void close() {
    running.close();
  }

  /**
   * How a process ended.
   *
   * @param code the exit code; 128 and the number of the signal that ended it, if one did
   */
  public record Exit(int code, String out, String err) {}

  /** What to run. Can start any number of processes, one after the other or side by side. */
  public static final class Builder {
    /** What of the test's own environment must not reach the process, besides some patterns. */
    private static final Set<String> SETTINGS =
        Set.of(
            "PORT",
            "HOST",
            "SIDECAR_TOKEN",
            "AUTH_TOKEN",
            "MAX_BODY_SIZE",
            "REQUEST_TIMEOUT",
            "CORS_ORIGINS",
            "JAVA_TOOL_OPTIONS",
            "JDK_JAVA_OPTIONS");

    private final Map<String, String> env = new LinkedHashMap<>();
    private final List<String> args = new ArrayList<>();
    private final List<String> jvm = new ArrayList<>();
    private @Nullable Path jar;
    private @Nullable Path folder;
    private @Nullable String umask;

    private Builder() {}

    /** The application; default: the path in the system property {@code mikcar.app}. */
    public Builder jar(Path jar) {
      this.jar = jar;
      return this;
    }

    /** Sets a variable; the settings of the surrounding environment are never passed on. */
    public Builder env(String name, String value) {
      env.put(name, value);
      return this;
    }

    /** Adds arguments of the application, such as {@code --kv}. */
    public Builder args(String... more) {
      args.addAll(List.of(more));
      return this;
    }

    /**
     * The working directory, which stays; default: a new one for each process, deleted at close.
     */
    public Builder folder(Path folder) {
      this.folder = folder;
      return this;
    }

    /** Adds options of the JVM, such as {@code -Xmx64m}. */
    public Builder jvm(String... more) {
      jvm.addAll(List.of(more));
      return this;
    }

    /** Sets which modes new files do not get, in octal; default: those of the test. */
    public Builder umask(String octal) {
      this.umask = octal;
      return this;
    }

    /** Starts the process and waits up to 60 s until it serves. */
    public SidecarProcess start() {
      Running running = launch();
      try {
        running.await("the process serves", START, () -> Address.in(running.log()).isPresent());
        return new SidecarProcess(running, Address.in(running.log()).orElseThrow());
      } catch (Throwable e) {
        running.close();
        throw e;
      }
    }

    /** Runs a process that is expected to end by itself, within 60 s. */
    public Exit run() {
      try (Running running = launch()) {
        int code = running.exitWithin(START, "its start");
        Output output = running.child().output();
        return new Exit(code, output.out(), output.err());
      }
    }

    private Running launch() {
      ProcessBuilder process = new ProcessBuilder(command());
      process.environment().keySet().removeIf(Builder::isSetting);
      process.environment().put("LOG_FORMAT", "text");
      if (args.stream().noneMatch(Builder::namesPort)) {
        process.environment().put("PORT", "0");
      }
      process.environment().putAll(env);
      Path given = folder;
      Path used = given == null ? Folders.createTemporary("mikcar-") : given.toAbsolutePath();
      return Running.start(process, used, given == null);
    }

    private List<String> command() {
      List<String> command = new ArrayList<>();
      if (umask != null) {
        command.addAll(List.of("sh", "-c", "umask \"$0\" && exec \"$@\"", umask));
      }
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(jvm);
      command.add("-jar");
      command.add((jar == null ? packaged() : jar).toAbsolutePath().toString());
      command.addAll(args);
      return command;
    }

    private static Path packaged() {
      String path = System.getProperty("mikcar.app");
      if (path == null) {
        throw new IllegalStateException(
            "No application: name its jar in the system property mikcar.app or with jar()");
      }
      return Path.of(path);
    }

    private static boolean isSetting(String variable) {
      return SETTINGS.contains(variable)
          || variable.startsWith("MIKCAR_")
          || variable.startsWith("OTLP_")
          || variable.startsWith("QUARKUS_")
          || variable.endsWith("_URL");
    }

    private static boolean namesPort(String arg) {
      return arg.equals("--port") || arg.startsWith("--port=") || arg.startsWith("-p");
    }
  }
}
