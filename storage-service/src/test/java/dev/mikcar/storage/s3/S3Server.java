package dev.mikcar.storage.s3;

import java.net.URI;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A store in the memory of this JVM that speaks S3 and checks signatures. */
final class S3Server {
  private static final String ID = "test-id";
  private static final String SECRET = "test-secret";

  private final S3Proxy proxy;
  private final S3AsyncClient client;
  private final AtomicInteger buckets = new AtomicInteger();

  S3Server() throws Exception {
    proxy =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, ID, SECRET)
            .blobStore(BlobStores.create("transient-nio2", new Properties()))
            .build();
    proxy.start();
    client = S3Clients.client(S3Bucket.parse(rest("none", port())));
  }

  int port() {
    return proxy.getPort();
  }

  /** The name of a new bucket. */
  String newBucket() {
    String name = "bucket-" + buckets.incrementAndGet();
    client.createBucket(create -> create.bucket(name)).join();
    return name;
  }

  /** How many uploads in parts were begun and neither completed nor given up. */
  int unfinishedUploads(String bucket) {
    return client.listMultipartUploads(l -> l.bucket(bucket)).join().uploads().size();
  }

  /** What stands behind {@code s3://} for a bucket and prefix that are reached by a port. */
  static String rest(String bucketAndPrefix, int port) {
    return "%s?endpoint=http://127.0.0.1:%d&region=us-east-1&path_style=true&access_key_id=%s&secret_access_key=%s"
        .formatted(bucketAndPrefix, port, ID, SECRET);
  }

  void stop() throws Exception {
    client.close();
    proxy.stop();
  }
}
