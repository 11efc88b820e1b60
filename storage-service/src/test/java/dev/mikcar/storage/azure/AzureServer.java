package dev.mikcar.storage.azure;

import com.azure.storage.blob.BlobContainerAsyncClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import dev.mikcar.test.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Azurite, Azure's own emulator: a process with files of its own, which checks signatures. */
final class AzureServer implements AutoCloseable {
  static final String ACCOUNT = "mikcartest";

  private static final Path PROGRAM =
      Path.of("target/azurite/node_modules/azurite/dist/src/blob/main.js");
  private static final Pattern LISTENING = Pattern.compile("listens? (?:on|at) (https?://\\S+)");
  private static final Duration START = Duration.ofSeconds(60);

  private final String key;
  private final Path log;
  private final Process process;
  private final Thread hook;
  private final URI address;
  private final AtomicInteger containers = new AtomicInteger();

  /**
   * @param folder of its files, empty
   * @param options more than it needs, such as those for TLS
   */
  AzureServer(Path folder, String... options) throws IOException {
    if (!Files.exists(PROGRAM)) {
      throw new AssertionError(
          PROGRAM.toAbsolutePath()
              + " is missing: ./verify installs it; so does, in storage-service,"
              + " cp -rT src/test/azurite target/azurite && npm ci --prefix target/azurite");
    }
    byte[] secret = new byte[64];
    new SecureRandom().nextBytes(secret);
    key = Base64.getEncoder().encodeToString(secret);
    log = folder.resolve("azurite.out");
    List<String> command = new ArrayList<>(List.of("node", PROGRAM.toString()));
    command.addAll(List.of("--blobHost", "127.0.0.1", "--blobPort", "0", "--silent"));
    command.addAll(List.of("--location", folder.resolve("data").toString()));
    command.addAll(List.of("--skipApiVersionCheck", "--disableTelemetry"));
    command.addAll(List.of(options));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("AZURITE_ACCOUNTS", ACCOUNT + ":" + key);
    process = builder.start();
    hook = new Thread(process::destroyForcibly, "kill-azurite");
    Runtime.getRuntime().addShutdownHook(hook);
    Await.until(
        "azurite says where it listens, in " + log,
        START,
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("azurite has ended:\n" + said());
          }
          return LISTENING.matcher(said()).find();
        });
    Matcher where = LISTENING.matcher(said());
    if (!where.find()) {
      throw new AssertionError(said());
    }
    address = URI.create(where.group(1));
  }

  private String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return address.getPort();
  }

  long pid() {
    return process.pid();
  }

  /** A client with the key, of a container that may not be there. */
  BlobContainerAsyncClient container(String name) {
    return new BlobContainerClientBuilder()
        .connectionString(connectionString(port()))
        .containerName(name)
        .httpClient(AzureClients.transport(Executors.newVirtualThreadPerTaskExecutor()))
        .buildAsyncClient();
  }

  /** The name of a new container. */
  String newContainer() {
    String name = "container-" + containers.incrementAndGet();
    container(name).create().block();
    return name;
  }

  String key() {
    return key;
  }

  private String connectionString(int port) {
    return "DefaultEndpointsProtocol=%s;AccountName=%s;AccountKey=%s;BlobEndpoint=%s;"
        .formatted(address.getScheme(), ACCOUNT, key, endpoint(port));
  }

  /** The URL of the account by a port that leads here. */
  String endpoint(int port) {
    return "%s://127.0.0.1:%d/%s".formatted(address.getScheme(), port, ACCOUNT);
  }

  /** What stands behind {@code az://} for a container and prefix that are reached by a port. */
  String rest(String containerAndPrefix, int port) {
    return containerAndPrefix + "?connection_string=" + encoded(connectionString(port));
  }

  static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new AssertionError("azurite does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while azurite ends", e);
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
