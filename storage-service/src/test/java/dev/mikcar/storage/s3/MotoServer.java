package dev.mikcar.storage.s3;

import dev.mikcar.test.Await;
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
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** moto, written in Python: a process with its objects in memory and temporary files. */
public final class MotoServer extends S3TestServer {
  private static final Path PROGRAM = Path.of("target/moto/bin/moto_server");
  private static final Pattern LISTENING =
      Pattern.compile("Running on (http://127\\.0\\.0\\.1:\\d+)");
  private static final Duration START = Duration.ofSeconds(60);
  private static final String POLICY =
      """
      {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""";

  private final Path log;
  private final Process process;
  private final Thread hook;
  private final URI address;
  private final String id;
  private final String secret;
  private final S3AsyncClient client;

  /**
   * Starts it.
   *
   * @param folder for its log
   */
  public MotoServer(Path folder) throws Exception {
    if (!Files.exists(PROGRAM)) {
      throw new AssertionError(
          PROGRAM.toAbsolutePath()
              + " is missing: ./verify installs it; so does, in storage-service, python3 -m venv"
              + " target/moto && target/moto/bin/pip install -r src/test/moto/requirements.txt");
    }
    log = folder.resolve("moto.out");
    ProcessBuilder builder =
        new ProcessBuilder(PROGRAM.toString(), "-H", "127.0.0.1", "-p", "0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // After so many requests signatures and policies are checked.
    builder.environment().put("INITIAL_NO_AUTH_ACTION_COUNT", "3");
    process = builder.start();
    hook = new Thread(process::destroyForcibly, "kill-moto");
    Runtime.getRuntime().addShutdownHook(hook);
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
    address = URI.create(where.group(1));
    iam("CreateUser", Map.of());
    iam("PutUserPolicy", Map.of("PolicyName", "all", "PolicyDocument", POLICY));
    String key = iam("CreateAccessKey", Map.of());
    id = element("AccessKeyId", key);
    secret = element("SecretAccessKey", key);
    client = S3Clients.client(S3Bucket.parse(rest("none")));
  }

  private String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String iam(String action, Map<String, String> more) throws Exception {
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

  @Override
  public int port() {
    return address.getPort();
  }

  @Override
  String secret() {
    return encoded(secret);
  }

  @Override
  public String rest(String bucketAndPrefix) {
    return rest(bucketAndPrefix, port(), encoded(id), encoded(secret));
  }

  @Override
  S3AsyncClient client() {
    return client;
  }

  @Override
  public void stop() throws Exception {
    client.close();
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      throw new AssertionError("moto does not end");
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
