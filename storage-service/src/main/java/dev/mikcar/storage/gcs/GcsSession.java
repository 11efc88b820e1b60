package dev.mikcar.storage.gcs;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.json.JsonHttpContent;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import dev.mikcar.common.error.ApiException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A resumable upload, https://cloud.google.com/storage/docs/resumable-uploads: bytes go up piece by
 * piece; after a fault the store says how many it has, and the rest is sent again.
 */
final class GcsSession {
  /** For one piece: eight MiB at a megabit a second. */
  static final Duration PIECE = Duration.ofSeconds(70);

  private static final Logger LOG = Logger.getLogger(GcsSession.class);
  private static final int FAULTS = 4;
  private static final int RESUME = 308;
  private static final int CANCELLED = 499;
  private static final Pattern HAS = Pattern.compile("bytes=0-(\\d{1,18})");

  private final Storage storage;
  private final Calls calls;
  private final GenericUrl url;

  /** How many bytes the store has. */
  private long sent;

  private GcsSession(Storage storage, Calls calls, GenericUrl url) {
    this.storage = storage;
    this.calls = calls;
    this.url = url;
  }

  /**
   * Begins one; the conditions of the insertion are judged now and at the end. One whose answer is
   * lost is gone after a week.
   */
  static GcsSession open(
      Storage storage, Calls calls, Storage.Objects.Insert insert, StorageObject object)
      throws IOException {
    return calls.call(
        Calls.Twice.SAME,
        () -> {
          GenericUrl beginning = insert.buildHttpRequestUrl();
          beginning.setRawPath("/upload" + beginning.getRawPath());
          beginning.put("uploadType", "resumable");
          HttpContent content = new JsonHttpContent(storage.getJsonFactory(), object);
          HttpRequest request = storage.getRequestFactory().buildPostRequest(beginning, content);
          request.getHeaders().set("X-Upload-Content-Type", object.getContentType());
          HttpResponse response = execute(storage, request);
          String location = response.getHeaders().getLocation();
          response.ignore();
          if (location == null) {
            throw new EOFException("the store began an upload and did not say where");
          }
          return new GcsSession(storage, calls, new GenericUrl(location));
        });
  }

  /** Sends bytes that are not the last ones, a multiple of 256 KiB. */
  void send(ByteBuffer bytes) throws IOException {
    var _ = send(new Piece(bytes, sent, null));
  }

  /**
   * Sends the last bytes, of which there may be none, and makes all of them the object.
   *
   * @param crc32c what the whole object has to come to
   */
  StorageObject finish(ByteBuffer bytes, String crc32c) throws IOException {
    return send(new Piece(bytes, sent, crc32c)).orElseThrow();
  }

  /** The object, once it is complete. */
  private Optional<StorageObject> send(Piece piece) throws IOException {
    boolean inDoubt = false;
    for (int faults = 0; ; ) {
      long before = sent;
      try {
        Optional<StorageObject> object = inDoubt ? ask(piece) : put(piece);
        inDoubt = false;
        if (object.isPresent() || (sent == piece.end() && !piece.isLast())) {
          return object;
        }
        faults = sent > before ? 0 : faults + 1;
      } catch (IOException e) {
        if (GcsErrors.hasStatus(e, 404) || GcsErrors.hasStatus(e, 410)) {
          throw new ApiException.BackendUnavailable("the store has given the upload up", 1);
        }
        if (!Calls.mayPass(e) || faults == FAULTS) {
          throw e;
        }
        faults++;
        inDoubt = true;
        Calls.pause(faults);
      }
      if (faults > FAULTS) {
        throw new EOFException("the store takes no more of an upload");
      }
    }
  }

  private Optional<StorageObject> put(Piece piece) throws IOException {
    return calls.once(PIECE, () -> execute(piece, piece.content(sent), piece.range(sent)));
  }

  /** How far it is. When the store has all of the last piece, this completes it. */
  private Optional<StorageObject> ask(Piece piece) throws IOException {
    return calls.once(
        Calls.SHORT, () -> execute(piece, piece.content(piece.end()), "bytes */" + piece.total()));
  }

  private Optional<StorageObject> execute(Piece piece, HttpContent content, String range)
      throws IOException {
    HttpRequest request = storage.getRequestFactory().buildPutRequest(url, content);
    request.setFollowRedirects(false).setParser(storage.getObjectParser());
    request.getHeaders().setContentRange(range);
    if (piece.crc32c() != null) {
      request.getHeaders().set("X-Goog-Hash", "crc32c=" + piece.crc32c());
    }
    HttpResponse response = execute(storage, request);
    if (response.getStatusCode() != RESUME) {
      return Optional.of(GcsClient.parse(response, StorageObject.class));
    }
    Matcher has = HAS.matcher(String.valueOf(response.getHeaders().getRange()));
    response.ignore();
    long count = has.matches() ? Long.parseLong(has.group(1)) + 1 : 0;
    if (count < piece.begin() || count > piece.end()) {
      throw new ApiException.BackendUnavailable("the store has lost a part of the upload", 1);
    }
    sent = count;
    return Optional.empty();
  }

  private static HttpResponse execute(Storage storage, HttpRequest request) throws IOException {
    HttpResponse response = request.setThrowExceptionOnExecuteError(false).execute();
    if (response.isSuccessStatusCode() || response.getStatusCode() == RESUME) {
      return response;
    }
    try {
      throw GoogleJsonResponseException.from(storage.getJsonFactory(), response);
    } finally {
      response.ignore();
    }
  }

  /** Gives it up. What the store has of it is deleted. */
  void cancel() {
    try {
      int status =
          calls.once(
              Calls.SHORT,
              () -> {
                HttpResponse response =
                    storage
                        .getRequestFactory()
                        .buildDeleteRequest(url)
                        .setThrowExceptionOnExecuteError(false)
                        .execute();
                response.ignore();
                return response.getStatusCode();
              });
      if (status != CANCELLED && status / 100 != 2) {
        LOG.warnf("The store answered %d to the end of an upload that failed", status);
      }
    } catch (IOException e) {
      LOG.warnf("An upload that failed stays in the store for a week: %s", GcsErrors.describe(e));
    }
  }

  /**
   * Bytes that go up together.
   *
   * @param bytes of an array
   * @param begin where the first of them is in the object
   * @param crc32c that of the whole object, with the last piece; else null
   */
  private record Piece(ByteBuffer bytes, long begin, @Nullable String crc32c) {
    long end() {
      return begin + bytes.remaining();
    }

    boolean isLast() {
      return crc32c != null;
    }

    String total() {
      return isLast() ? Long.toString(end()) : "*";
    }

    String range(long from) {
      return from == end()
          ? "bytes */" + total()
          : "bytes " + from + "-" + (end() - 1) + "/" + total();
    }

    HttpContent content(long from) {
      int skip = (int) (from - begin);
      int offset = bytes.arrayOffset() + bytes.position() + skip;
      return new ByteArrayContent(null, bytes.array(), offset, bytes.remaining() - skip);
    }
  }
}
