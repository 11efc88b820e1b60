package dev.mikcar.gateway;

import dev.mikcar.test.Await;
import dev.mikcar.test.HttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The component of examples/wasm-handler, built and served as its README says. What is built is
 * kept under target, by a hash of the example, for the next run.
 */
final class WasmHandler implements AutoCloseable {
  private static final Duration BUILD = Duration.ofMinutes(5);
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Process process;
  private final Thread hook;
  private final int port;

  private WasmHandler(Process process, int port) {
    this.process = process;
    this.port = port;
    this.hook = new Thread(this::killAll, "kill-jco");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Builds it unless that was done before; the folder to serve it from. */
  static Path build() {
    try {
      Path example = Path.of(System.getProperty("mikcar.wasm-handler", "../examples/wasm-handler"));
      List<Path> sources = sources(example);
      Path folder = Path.of("target", "wasm-handler", hash(example, sources)).toAbsolutePath();
      Path done = folder.resolve(".built");
      if (!Files.exists(done)) {
        for (Path source : sources) {
          Path copy = folder.resolve(source);
          Files.createDirectories(copy.getParent());
          Files.copy(example.resolve(source), copy, StandardCopyOption.REPLACE_EXISTING);
        }
        npm(folder, "ci", "--no-audit", "--no-fund");
        npm(folder, "run", "build");
        Files.createFile(done);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves it, with these variables, and waits until it says so. */
  static WasmHandler serve(Path folder, Map<String, String> variables) {
    int port = Ports.free();
    Path log = folder.resolve("build/serve.log");
    ProcessBuilder builder =
        new ProcessBuilder("npm", "run", "serve", "--", "--port", Integer.toString(port))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(variables);
    WasmHandler handler;
    try {
      handler = new WasmHandler(builder.start(), port);
    } catch (IOException e) {
      throw new UncheckedIOException("npm is needed, and Node.js 20", e);
    }
    try {
      Await.until(
          "'Server listening' is in " + log,
          START,
          () -> {
            if (!handler.process.isAlive()) {
              throw new AssertionError("npm run serve has ended:\n" + text(log));
            }
            return text(log).contains("Server listening");
          });
      return handler;
    } catch (Throwable e) {
      handler.close();
      throw e;
    }
  }

  HttpClient client() {
    return HttpClient.tcp("127.0.0.1", port);
  }

  /** Ends npm, jco and what jco runs the component in. */
  @Override
  public void close() {
    List<ProcessHandle> all = killAll();
    Await.until(
        "jco and its children are gone",
        STOP,
        () -> all.stream().noneMatch(ProcessHandle::isAlive));
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private List<ProcessHandle> killAll() {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    return all;
  }

  /** All of the example but what its own build makes. */
  private static List<Path> sources(Path example) throws IOException {
    try (Stream<Path> files = Files.walk(example)) {
      return files
          .filter(Files::isRegularFile)
          .map(example::relativize)
          .filter(file -> !file.startsWith("node_modules") && !file.startsWith("build"))
          .sorted()
          .toList();
    }
  }

  private static String hash(Path example, List<Path> sources) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path source : sources) {
        byte[] content = Files.readAllBytes(example.resolve(source));
        digest.update((source + "\0" + content.length + "\0").getBytes(StandardCharsets.UTF_8));
        digest.update(content);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void npm(Path folder, String... arguments) throws IOException {
    Path log = folder.resolve("npm.log");
    List<String> command = Stream.concat(Stream.of("npm"), Stream.of(arguments)).toList();
    Process npm =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean ended = npm.waitFor(BUILD.toSeconds(), TimeUnit.SECONDS);
      if (!ended || npm.exitValue() != 0) {
        throw new AssertionError(
            command + (ended ? " failed" : " takes more than " + BUILD) + ":\n" + text(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted during " + command, e);
    } finally {
      npm.descendants().forEach(ProcessHandle::destroyForcibly);
      npm.destroyForcibly();
    }
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
