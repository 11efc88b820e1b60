package dev.mikcar.secrets.aws;

import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerAsyncClient;

/** Amazon's own client. */
final class AwsClients {
  private static final Duration CONNECTING = Duration.ofSeconds(3);
  private static final Duration SILENCE = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofSeconds(8);
  private static final int CONNECTIONS = 64;

  private AwsClients() {}

  static SecretsManagerAsyncClient client(AwsUrl url) {
    var client =
        SecretsManagerAsyncClient.builder()
            .region(Region.of(url.region()))
            .credentialsProvider(credentials(url))
            .overrideConfiguration(o -> o.retryStrategy(RetryMode.STANDARD).apiCallTimeout(LIMIT))
            .httpClientBuilder(
                NettyNioAsyncHttpClient.builder()
                    .maxConcurrency(CONNECTIONS)
                    .connectionTimeout(CONNECTING)
                    .connectionAcquisitionTimeout(SILENCE)
                    .readTimeout(SILENCE)
                    .writeTimeout(SILENCE));
    if (url.endpoint() != null) {
      client.endpointOverride(url.endpoint());
    }
    return client.build();
  }

  private static AwsCredentialsProvider credentials(AwsUrl url) {
    String id = url.accessKeyId();
    String secret = url.secretAccessKey();
    return id == null || secret == null
        ? DefaultCredentialsProvider.builder().build()
        : StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret));
  }
}
