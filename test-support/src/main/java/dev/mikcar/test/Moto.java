package dev.mikcar.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * moto, a server that speaks Amazon's protocols, written in Python: a process with what it keeps in
 * memory and temporary files, and one user. It checks signatures. {@code ./verify} installs it.
 */
public final class Moto implements AutoCloseable {
  private static final String PROGRAM = "storage-service/target/moto/bin/moto_server";
  private static final Pattern LISTENING =
      Pattern.compile("Running on (http://127\\.0\\.0\\.1:\\d+)");
  private static final Duration START = Duration.ofSeconds(60);

  private final Path log;
  private final Process process;
  private final Thread hook;
  private final URI address;
  private final String id;
  private final String secret;

  private Moto(Path folder, String actions) throws IOException, InterruptedException {
    log = folder.resolve("moto.out");
    ProcessBuilder builder =
        new ProcessBuilder(program().toString(), "-H", "127.0.0.1", "-p", "0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // After so many requests signatures and policies are checked.
    builder.environment().put("INITIAL_NO_AUTH_ACTION_COUNT", "3");
    process = builder.start();
    hook = new Thread(process::destroyForcibly, "kill-moto");
    Runtime.getRuntime().addShutdownHook(hook);
    address = awaitAddress();
    iam("CreateUser", Map.of());
    iam("PutUserPolicy", Map.of("PolicyName", "all", "PolicyDocument", policy(actions)));
    String key = iam("CreateAccessKey", Map.of());
    id = element("AccessKeyId", key);
    secret = element("SecretAccessKey", key);
  }

  /**
   * Starts it.
   *
   * @param folder for its log
   * @param actions what its user may do, such as {@code s3:*}
   */
  public static Moto start(Path folder, String actions) {
    try {
      return new Moto(folder, actions);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Beside the module whose tests run. */
  private static Path program() {
    Path program = Path.of("..", PROGRAM);
    if (!Files.exists(program)) {
      throw new AssertionError(
          program.toAbsolutePath()
              + " is missing: ./verify installs it; so does, in storage-service, python3 -m venv"
              + " target/moto && target/moto/bin/pip install -r src/test/moto/requirements.txt");
    }
    return program;
  }

  private static String policy(String actions) {
    return """
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}]}\
    """
        .formatted(actions);
  }

  private URI awaitAddress() {
    Await.until(
        "moto says where it listens, in " + log,
        START,
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("moto has ended:\n" + said());
          }
          return LISTENING.matcher(said()).find();
        });
    Matcher where = LISTENING.matcher(said());
    if (!where.find()) {
      throw new AssertionError(said());
    }
    return URI.create(where.group(1));
  }

  private String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String iam(String action, Map<String, String> more)
      throws IOException, InterruptedException {
    String form =
        "Version=2010-05-08&UserName=tester&Action="
            + action
            + more.entrySet().stream()
                .map(e -> "&" + e.getKey() + "=" + encoded(e.getValue()))
                .collect(Collectors.joining());
    HttpRequest request =
        HttpRequest.newBuilder(address)
            // It tells by the scope of the signature which service is meant.
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=x/20261127/us-east-1/iam/aws4_request,"
                    + " SignedHeaders=host, Signature=x")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new AssertionError(action + ": " + answer.body());
      }
      return answer.body();
    }
  }

  private static String element(String name, String xml) {
    Matcher found = Pattern.compile("<" + name + ">([^<]+)<").matcher(xml);
    if (!found.find()) {
      throw new AssertionError("no " + name + " in " + xml);
    }
    return found.group(1);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** Scheme, host and port. */
  public URI address() {
    return address;
  }

  /** The key of its user. */
  public String accessKeyId() {
    return id;
  }

  /** The secret of that key. */
  public String secretAccessKey() {
    return secret;
  }

  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new AssertionError("moto does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
