package dev.mikcar.storage.s3;

import dev.mikcar.test.Moto;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** moto, written in Python: a process with its objects in memory and temporary files. */
public final class MotoServer extends S3TestServer {
  private final Moto moto;
  private final S3AsyncClient client;

  /**
   * Starts it.
   *
   * @param folder for its log
   */
  public MotoServer(Path folder) {
    moto = Moto.start(folder, "s3:*");
    client = S3Clients.client(S3Bucket.parse(rest("none")));
  }

  @Override
  public int port() {
    return moto.address().getPort();
  }

  @Override
  String secret() {
    return encoded(moto.secretAccessKey());
  }

  @Override
  public String rest(String bucketAndPrefix) {
    return rest(bucketAndPrefix, port(), encoded(moto.accessKeyId()), secret());
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  @Override
  S3AsyncClient client() {
    return client;
  }

  @Override
  public void stop() {
    client.close();
    moto.close();
  }
}
