package dev.mikcar.email.smtp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.email.Certificates;
import dev.mikcar.test.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** npm's {@code smtp-server}, on a free port. */
final class NodeSmtpServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path MODULES = Path.of("target/node/node_modules");

  private final Process process;
  private final List<JsonNode> said = new CopyOnWriteArrayList<>();
  private final Thread hook;

  /** What it is to be; nothing set is a server without TLS and login. */
  static final class Options {
    private final ObjectNode json = JSON.createObjectNode();

    /** With STARTTLS, unless it is hidden. */
    Options certificate(Path certificate) {
      json.put("cert", certificate.toString());
      json.put("key", Certificates.keyOf(certificate).toString());
      return this;
    }

    Options implicitTls() {
      json.put("secure", true);
      return this;
    }

    Options withoutStartTls() {
      json.put("starttls", false);
      return this;
    }

    Options login(String user, String password, String... methods) {
      json.put("user", user).put("password", password);
      List.of(methods).forEach(json.withArray("methods")::add);
      return this;
    }

    /** The token that is good is what the file has then. */
    Options token(String user, Path file) {
      json.put("user", user).put("token", file.toString());
      json.withArray("methods").add("XOAUTH2");
      return this;
    }

    NodeSmtpServer start() throws IOException {
      return new NodeSmtpServer(json);
    }
  }

  private NodeSmtpServer(ObjectNode options) throws IOException {
    if (!Files.isDirectory(MODULES)) {
      throw new AssertionError(
          "smtp-server is not installed; ./verify does it, or by hand, in email-service:"
              + " cp -rT src/test/node target/node && npm ci --prefix target/node");
    }
    ProcessBuilder builder =
        new ProcessBuilder("node", "src/test/node/server.js", options.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("NODE_PATH", MODULES.toAbsolutePath().toString());
    process = builder.start();
    hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
    Thread.ofPlatform().daemon().start(this::read);
    Await.until(
        "smtp-server listens",
        Duration.ofSeconds(30),
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("smtp-server has ended");
          }
          return !said.isEmpty();
        });
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(JSON.readTree(line));
      }
    } catch (IOException e) {
      // It was stopped.
    }
  }

  int port() {
    return said.getFirst().get("port").asInt();
  }

  /** The messages it accepted, with their circumstances. */
  List<JsonNode> accepted() {
    return said.stream().filter(line -> line.has("mail")).toList();
  }

  /** The logins that were tried. */
  List<JsonNode> logins() {
    return said.stream().filter(line -> line.has("login")).toList();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
