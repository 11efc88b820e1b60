import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * The same objects through the sidecar by plain HTTP, and from the same S3 server by Amazon's client
 * in this process, in turns: S3Beside <sidecar URL> <S3 URL> <bucket> <seconds>. Prints rows of a
 * table.
 */
class S3Beside {
  private static final int TURNS = 2;

  interface Call {
    void run() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    String sidecar = args[0] + "/storage/object/";
    String bucket = args[2];
    Duration time = Duration.ofSeconds(Long.parseLong(args[3]));
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try (S3AsyncClient s3 =
        S3AsyncClient.builder()
            .endpointOverride(URI.create(args[1]))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
            .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(64))
            .build()) {
      s3.createBucket(b -> b.bucket(bucket)).join();
      measure(http, s3, sidecar, bucket, "1 KiB", 1 << 10, 16, time);
      measure(http, s3, sidecar, bucket, "1 MiB", 1 << 20, 8, time);
      measure(http, s3, sidecar, bucket, "100 MiB", 100 << 20, 1, time);
    }
  }

  private static void measure(
      HttpClient http,
      S3AsyncClient s3,
      String sidecar,
      String bucket,
      String name,
      int size,
      int clients,
      Duration time)
      throws Exception {
    byte[] content = new byte[size];
    new Random(1).nextBytes(content);
    URI uri = URI.create(sidecar + size);
    String key = Integer.toString(size);
    row(
        "PUT of " + name,
        clients,
        time,
        () ->
            check(
                http.send(
                    HttpRequest.newBuilder(uri)
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
                        .build(),
                    HttpResponse.BodyHandlers.discarding())),
        () ->
            s3.putObject(p -> p.bucket(bucket).key(key), AsyncRequestBody.fromBytes(content))
                .join());
    row(
        "GET of " + name,
        clients,
        time,
        () ->
            check(
                http.send(
                    HttpRequest.newBuilder(uri).build(),
                    HttpResponse.BodyHandlers.ofByteArray())),
        () -> s3.getObject(g -> g.bucket(bucket).key(key), AsyncResponseTransformer.toBytes()).join());
  }

  private static void check(HttpResponse<?> response) throws IOException {
    if (response.statusCode() >= 300) {
      throw new IOException("status " + response.statusCode());
    }
  }

  private static void row(String what, int clients, Duration time, Call ours, Call theirs)
      throws Exception {
    rate(clients, time, ours);
    rate(clients, time, theirs);
    double a = 0;
    double b = 0;
    for (int turn = 0; turn < TURNS; turn++) {
      a += rate(clients, time, ours) / TURNS;
      b += rate(clients, time, theirs) / TURNS;
    }
    System.out.printf(
        Locale.ROOT,
        "| %s through s3://, %d at a time, beside Amazon's client | %.1f/s | %.1f/s | %.2f |%n",
        what,
        clients,
        a,
        b,
        a / b);
  }

  /** Calls a second. */
  private static double rate(int clients, Duration time, Call call) throws Exception {
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    LongAdder calls = new LongAdder();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running =
          java.util.stream.IntStream.range(0, clients)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            do {
                              call.run();
                              calls.increment();
                            } while (System.nanoTime() < end);
                            return true;
                          }))
              .toList();
      for (var one : running) {
        one.get();
      }
    }
    return calls.sum() * 1e9 / (System.nanoTime() - begin);
  }
}
