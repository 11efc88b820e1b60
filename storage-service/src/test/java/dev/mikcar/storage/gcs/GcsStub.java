package dev.mikcar.storage.gcs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A stub of the JSON API of Google Cloud Storage, as strict as its documentation,
 * https://cloud.google.com/storage/docs/json_api/v1. It keeps objects as files of a folder that the
 * caller deletes. {@link GcsStubTest} holds it against Google's own client.
 */
final class GcsStub implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final StubBuckets buckets;
  private final StubUploads uploads;
  private final StubObjects objects;
  private final @Nullable StubAccount account;
  private final AtomicInteger names = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();

  /**
   * What happens instead of the next answer to a request of a kind.
   *
   * @param status the answer; 0: the request is done, but its answer is lost
   */
  private record Fault(Predicate<StubRequest> to, int status) {}

  /**
   * @param account who may call it; null: everybody
   */
  GcsStub(Path folder, @Nullable StubAccount account) throws IOException {
    // Else an answer waits 40 ms for the caller's acknowledgement of its head.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.account = account;
    this.buckets = new StubBuckets(folder);
    this.uploads = new StubUploads(buckets);
    this.objects = new StubObjects(buckets);
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String root() {
    return "http://127.0.0.1:" + port();
  }

  StubBuckets buckets() {
    return buckets;
  }

  StubUploads uploads() {
    return uploads;
  }

  StubObjects objects() {
    return objects;
  }

  /** How many requests there were. */
  int requests() {
    return requests.get();
  }

  /** The name of a new bucket. */
  String newBucket() {
    String name = "bucket-" + names.incrementAndGet();
    buckets.create(name);
    return name;
  }

  /** Requests of a kind get this answer, and nothing is done, so many times. */
  void refuse(int times, int status, Predicate<StubRequest> to) {
    for (int i = 0; i < times; i++) {
      faults.add(new Fault(to, status));
    }
  }

  void refuseNoMore() {
    faults.clear();
  }

  /** The answer to one request of a kind is lost after what it asks for was done. */
  void loseAnswer(Predicate<StubRequest> to) {
    faults.add(new Fault(to, 0));
  }

  private @Nullable Fault fault(StubRequest request) {
    for (Fault fault : faults) {
      if (fault.to().test(request) && faults.remove(fault)) {
        return fault;
      }
    }
    return null;
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      StubRequest request = new StubRequest(exchange);
      try {
        request.readQuery();
        Fault fault = fault(request);
        if (fault != null && fault.status() > 0) {
          throw new StubError(fault.status(), "backendError", "Refused for the test");
        }
        request.isToBeLost(fault != null);
        route(request);
      } catch (StubError e) {
        request.answer(e);
      }
    }
  }

  private void route(StubRequest request) throws IOException {
    if (request.isBelow("token") && account != null) {
      account.giveToken(request);
      return;
    }
    boolean isApi = request.isBelow("storage", "v1");
    boolean isUpload = request.isBelow("upload", "storage", "v1");
    boolean isDownload = request.isBelow("download", "storage", "v1");
    if (!isApi && !isUpload && !isDownload) {
      if (account == null) {
        throw new StubError(404, "notFound", "Not Found");
      }
      account.checkSignature(request);
      objects.signed(request);
      return;
    }
    if (account != null) {
      account.checkToken(request);
    }
    if (isUpload) {
      upload(request);
    } else {
      objects.route(request, isApi ? 2 : 3);
    }
  }

  /** {@code /upload/storage/v1/b/{bucket}/o}. */
  private void upload(StubRequest request) throws IOException {
    if (request.path().size() != 6
        || !request.path().get(3).equals("b")
        || !request.path().get(5).equals("o")) {
      throw new StubError(404, "notFound", "Not Found");
    }
    switch (request.method()) {
      case "POST" -> uploads.begin(request.path().get(4), request);
      case "PUT" -> uploads.receive(request);
      case "DELETE" -> uploads.cancel(request);
      default -> throw new StubError(405, "methodNotAllowed", "Method Not Allowed");
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
