import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** How long it takes from sending a push until a pop that waits has its answer. */
public class QueueLatency {
  private static final int WARM_UP = 500;
  private static final int TIMES = 2_000;

  public static void main(String[] arguments) throws Exception {
    String queue = "http://127.0.0.1:" + arguments[0] + "/queue/";
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest pop = HttpRequest.newBuilder(URI.create(queue + "pop/latency")).build();
    HttpRequest push =
        HttpRequest.newBuilder(URI.create(queue + "push/latency"))
            .POST(BodyPublishers.ofString("1"))
            .build();
    long[] nanos = new long[TIMES];
    for (int i = -WARM_UP; i < TIMES; i++) {
      CompletableFuture<Long> waiting =
          client
              .sendAsync(pop, BodyHandlers.ofString())
              .thenApply(
                  answer -> {
                    if (!answer.body().contains("\"payload\":1")) {
                      throw new IllegalStateException(answer.body());
                    }
                    return System.nanoTime();
                  });
      Thread.sleep(2); // So that it waits when the push comes.
      long start = System.nanoTime();
      client.send(push, BodyHandlers.discarding());
      long took = waiting.join() - start;
      if (i >= 0) {
        nanos[i] = took;
      }
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%.2f ms, %.2f ms%n", nanos[TIMES / 2] / 1e6, nanos[TIMES * 99 / 100] / 1e6);
  }
}
