package dev.mikcar.storage.gcs;

import com.google.api.client.http.HttpResponse;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.ByteRange;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The content of one object, or a part of it, on its way from the store. It is read on the virtual
 * thread that opened it, piece by piece as the subscriber asks for them. An answer that breaks off
 * is continued where it ended, and always with the same generation of the object. The checksum of a
 * whole object is judged before its last piece is given out.
 */
final class GcsReading implements Flow.Publisher<ByteBuffer>, Flow.Subscription, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(GcsReading.class);

  /** How long a reading waits for somebody to read it. */
  private static final Duration UNCLAIMED = Duration.ofSeconds(30);

  private static final int PIECE = 64 << 10;
  private static final int FAULTS = 4;
  private static final int PARTIAL = 206;

  private final Storage storage;
  private final Calls calls;
  private final String bucket;
  private final StorageObject object;
  private final ByteRange.Slice slice;
  private final CountDownLatch claimed = new CountDownLatch(1);
  private final Demand demand = new Demand();
  private final CRC32C checksum = new CRC32C();
  private volatile Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;
  private @Nullable HttpResponse response;
  private @Nullable InputStream stream;
  private long done;

  GcsReading(
      Storage storage, Calls calls, String bucket, StorageObject object, ByteRange.Slice slice) {
    this.storage = storage;
    this.calls = calls;
    this.bucket = bucket;
    this.object = object;
    this.slice = slice;
  }

  /** Opens it. Nothing is to be opened for no bytes. */
  void open() throws IOException {
    if (slice.length() > 0) {
      connect();
    }
  }

  private void connect() throws IOException {
    close();
    response = calls.call(Calls.Twice.SAME, this::request);
    stream = response.getContent();
  }

  private HttpResponse request() throws IOException {
    Storage.Objects.Get get =
        storage.objects().get(bucket, object.getName()).setGeneration(object.getGeneration());
    // As it is stored: gzip is taken as it is, and then not undone by anybody.
    get.setReturnRawInputStream(true);
    boolean isPart = slice.length() < GcsObjects.size(object) || done > 0;
    if (isPart) {
      long last = slice.first() + slice.length() - 1;
      get.getRequestHeaders().setRange("bytes=" + (slice.first() + done) + "-" + last);
    }
    HttpResponse answer = get.executeMedia();
    if (isPart != (answer.getStatusCode() == PARTIAL)) {
      answer.ignore();
      throw new ApiException.BackendUnavailable("the store sent another part than asked for", 1);
    }
    return answer;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> one) {
    subscriber = one;
    one.onSubscribe(this);
    claimed.countDown();
  }

  @Override
  public void request(long count) {
    demand.add(count);
  }

  /** Of the subscriber, or of one that never comes. */
  @Override
  public void cancel() {
    demand.cancel();
    claimed.countDown();
  }

  /** Gives out all of it; returns when nobody wants any more. */
  void run() {
    try {
      var _ = claimed.await(UNCLAIMED.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Flow.Subscriber<? super ByteBuffer> reader = subscriber;
    if (reader != null) {
      give(reader);
    }
  }

  private void give(Flow.Subscriber<? super ByteBuffer> reader) {
    try {
      while (done < slice.length()) {
        if (!demand.take()) {
          return;
        }
        reader.onNext(next());
      }
      reader.onComplete();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reader.onError(new ApiException.BackendUnavailable("the process is ending", 1));
    } catch (IOException | RuntimeException e) {
      if (!demand.isCancelled()) {
        reader.onError(GcsErrors.translate(e));
      }
    }
  }

  private ByteBuffer next() throws IOException {
    int most = (int) Math.min(PIECE, slice.length() - done);
    byte[] bytes = new byte[most];
    int count = 0;
    for (int faults = 0; count == 0; faults++) {
      try {
        count = stream == null ? 0 : stream.readNBytes(bytes, 0, most);
      } catch (IOException e) {
        if (faults == FAULTS || !Calls.mayPass(e)) {
          throw e;
        }
      }
      if (count == 0) {
        if (faults == FAULTS) {
          throw new EOFException("the store breaks off again and again");
        }
        connect();
      }
    }
    done += count;
    checksum.update(bytes, 0, count);
    if (done == slice.length()) {
      check();
    }
    return ByteBuffer.wrap(bytes, 0, count);
  }

  private void check() {
    String expected = object.getCrc32c();
    if (slice.length() == GcsObjects.size(object)
        && expected != null
        && !expected.equals(GcsObjects.crc32c(checksum.getValue()))) {
      throw new ApiException.BackendUnavailable("the store sent another content than it has", 1);
    }
  }

  /** Lets go of the connection. */
  @Override
  public void close() {
    try {
      if (response != null) {
        // One that is read to its end is used again, else it is closed.
        response.ignore();
      }
    } catch (IOException e) {
      LOG.debugf("A connection ended so: %s", e);
    }
    response = null;
    stream = null;
  }
}
