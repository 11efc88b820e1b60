package dev.mikcar.storage.s3;

import java.net.URI;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A store in this JVM that speaks S3 and checks signatures. */
public final class S3Server extends S3TestServer {
  private static final String ID = "test-id";
  private static final String SECRET = "test-secret";

  private final S3Proxy proxy;
  private final S3AsyncClient client;

  /** With its objects in memory. */
  S3Server() throws Exception {
    this("transient-nio2", new Properties());
  }

  /** With its objects in a folder. */
  public S3Server(Path folder) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    this("filesystem-nio2", properties);
  }

  private S3Server(String kind, Properties properties) throws Exception {
    proxy =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, ID, SECRET)
            .blobStore(BlobStores.create(kind, properties))
            .build();
    proxy.start();
    client = S3Clients.client(S3Bucket.parse(rest("none", port())));
  }

  @Override
  public int port() {
    return proxy.getPort();
  }

  @Override
  String secret() {
    return SECRET;
  }

  /** What stands behind {@code s3://} for a bucket and prefix that are reached by a port. */
  public static String rest(String bucketAndPrefix, int port) {
    return rest(bucketAndPrefix, port, ID, SECRET);
  }

  @Override
  public String rest(String bucketAndPrefix) {
    return rest(bucketAndPrefix, port());
  }

  @Override
  S3AsyncClient client() {
    return client;
  }

  @Override
  public void stop() throws Exception {
    client.close();
    proxy.stop();
  }
}
