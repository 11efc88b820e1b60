package dev.mikcar.storage.s3;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Amazon's own clients, made for a bucket. */
final class S3Clients {
  private static final Duration CONNECTING = Duration.ofSeconds(3);
  private static final Duration SILENCE = Duration.ofSeconds(8);

  /**
   * While a store puts the parts of an object together. Amazon's says something meanwhile, others
   * nothing, and some take seconds for each GiB.
   */
  private static final Duration COMPLETING = Duration.ofMinutes(5);

  private static final int CONNECTIONS = 256;

  private S3Clients() {}

  static S3AsyncClient client(S3Bucket bucket) {
    return client(bucket, SILENCE);
  }

  /** For completing uploads only, which is the one request that may be silent for long. */
  static S3AsyncClient completingClient(S3Bucket bucket) {
    return client(bucket, COMPLETING);
  }

  private static S3AsyncClient client(S3Bucket bucket, Duration silence) {
    var client =
        S3AsyncClient.builder()
            .region(region(bucket))
            .credentialsProvider(credentials(bucket))
            .forcePathStyle(bucket.pathStyle())
            // Not every store knows the newer checksums, which are on by default.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // Some stores answer it at once, which the client takes for the answer. What it would
            // save, a body that is refused, is one part that is in memory.
            .serviceConfiguration(s3 -> s3.expectContinueEnabled(false))
            .overrideConfiguration(o -> o.retryStrategy(RetryMode.STANDARD))
            .httpClientBuilder(
                NettyNioAsyncHttpClient.builder()
                    .maxConcurrency(CONNECTIONS)
                    .connectionTimeout(CONNECTING)
                    .connectionAcquisitionTimeout(SILENCE)
                    .readTimeout(silence)
                    .writeTimeout(SILENCE));
    if (bucket.endpoint() != null) {
      client.endpointOverride(bucket.endpoint());
    }
    return client.build();
  }

  static S3Presigner presigner(S3Bucket bucket) {
    var presigner =
        S3Presigner.builder()
            .region(region(bucket))
            .credentialsProvider(credentials(bucket))
            .serviceConfiguration(
                S3Configuration.builder().pathStyleAccessEnabled(bucket.pathStyle()).build());
    if (bucket.endpoint() != null) {
      presigner.endpointOverride(bucket.endpoint());
    }
    return presigner.build();
  }

  private static AwsCredentialsProvider credentials(S3Bucket bucket) {
    String id = bucket.accessKeyId();
    String secret = bucket.secretAccessKey();
    return id == null || secret == null
        ? DefaultCredentialsProvider.builder().build()
        : StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret));
  }

  /** Stores of others do not care, but it is part of the signature. */
  private static Region region(S3Bucket bucket) {
    @Nullable String named = bucket.region();
    if (named != null) {
      return Region.of(named);
    }
    AwsRegionProvider environment = DefaultAwsRegionProviderChain.builder().build();
    try {
      return environment.getRegion();
    } catch (RuntimeException e) {
      return Region.US_EAST_1;
    }
  }
}
