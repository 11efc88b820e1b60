package dev.mikcar.storage.gcs;

import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.StorageRequest;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import dev.mikcar.common.error.ApiException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Google's own client, made for a bucket. Credentials are looked for when they are first used. */
final class GcsClient implements HttpRequestInitializer {
  private static final Logger LOG = Logger.getLogger(GcsClient.class);
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
  private static final int CONNECTING_MILLIS = 3_000;
  private static final int SILENCE_MILLIS = 8_000;

  /** Of the transport, and read when it is first used: how many idle connections it keeps. */
  private static final String KEPT = "http.maxConnections";

  private final GcsBucket bucket;
  private final Storage storage;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable GoogleCredentials credentials;

  GcsClient(GcsBucket bucket) {
    this.bucket = bucket;
    if (System.getProperty(KEPT) == null) {
      // By default 5, so that all others would be made anew for each request.
      System.setProperty(KEPT, Integer.toString(Calls.AT_ONCE));
    }
    this.storage =
        new Storage.Builder(new NetHttpTransport(), GsonFactory.getDefaultInstance(), this)
            .setRootUrl(bucket.root() + "/")
            .setApplicationName("mikcar")
            .build();
  }

  Storage storage() {
    return storage;
  }

  /** The answer to a request of the client's. */
  static <T> T execute(StorageRequest<T> request) throws IOException {
    return parse(request.executeUnparsed(), request.getResponseClass());
  }

  /** An answer whose connection was cut in its head has no content at all, and no error. */
  static <T> T parse(HttpResponse response, Class<T> type) throws IOException {
    if (response.getContent() == null) {
      throw new EOFException("the answer broke off");
    }
    try {
      return response.parseAs(type);
    } catch (IllegalArgumentException e) {
      throw new IOException("the answer is not the one that was asked for", e);
    }
  }

  @Override
  public void initialize(HttpRequest request) throws IOException {
    Optional<GoogleCredentials> known = credentials();
    if (known.isPresent()) {
      new HttpCredentialsAdapter(known.get()).initialize(request);
    }
    request
        .setConnectTimeout(CONNECTING_MILLIS)
        .setReadTimeout(SILENCE_MILLIS)
        // For a token that is no longer good; all else is repeated by Calls.
        .setNumberOfRetries(1)
        .setLoggingEnabled(false);
  }

  /**
   * Empty when there are to be none. May block.
   *
   * @throws ApiException.BackendUnavailable when there should be some, and are not
   */
  Optional<GoogleCredentials> credentials() throws IOException {
    if (bucket.credentials().equals(GcsBucket.NONE)) {
      return Optional.empty();
    }
    lock.lock();
    try {
      if (credentials == null) {
        credentials = find().createScoped(SCOPE);
      }
      return Optional.of(credentials);
    } finally {
      lock.unlock();
    }
  }

  private GoogleCredentials find() {
    try {
      if (bucket.credentials().equals(GcsBucket.DEFAULT)) {
        return GoogleCredentials.getApplicationDefault();
      }
      try (InputStream file = Files.newInputStream(Path.of(bucket.credentials()))) {
        return GoogleCredentials.fromStream(file);
      }
    } catch (IOException e) {
      // Neither has what stands in the file.
      LOG.warnf("No credentials for Google Cloud Storage: %s", e);
      throw new ApiException.BackendUnavailable(
          "the sidecar finds no credentials for the store", 5);
    }
  }
}
