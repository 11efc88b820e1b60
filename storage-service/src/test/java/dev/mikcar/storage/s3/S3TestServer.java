package dev.mikcar.storage.s3;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A server that speaks S3 and checks signatures, with a client of whoever owns it. */
abstract class S3TestServer {
  private final AtomicInteger buckets = new AtomicInteger();

  /** Where it listens. */
  public abstract int port();

  /** As it stands in {@link #rest(String)}. */
  abstract String secret();

  /** What stands behind {@code s3://} for a bucket and prefix. */
  public abstract String rest(String bucketAndPrefix);

  abstract S3AsyncClient client();

  /** Ends it. */
  public abstract void stop() throws Exception;

  static String rest(String bucketAndPrefix, int port, String id, String secret) {
    return "%s?endpoint=http://127.0.0.1:%d&region=us-east-1&path_style=true&access_key_id=%s&secret_access_key=%s"
        .formatted(bucketAndPrefix, port, id, secret);
  }

  /** The name of a new bucket. */
  public String newBucket() {
    String name = "bucket-" + buckets.incrementAndGet();
    client().createBucket(create -> create.bucket(name)).join();
    return name;
  }

  /** How many uploads in parts were begun and neither completed nor given up. */
  int unfinishedUploads(String bucket) {
    return client().listMultipartUploads(l -> l.bucket(bucket)).join().uploads().size();
  }
}
