package dev.mikcar.storage.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Context;
import com.azure.identity.AzureCliCredentialBuilder;
import com.azure.identity.ChainedTokenCredentialBuilder;
import com.azure.identity.EnvironmentCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import com.azure.storage.blob.BlobContainerAsyncClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.BlobServiceVersion;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Azure's own clients, made for a container. */
final class AzureClients {
  private static final int TRIES = 3;
  private static final Duration FIRST_DELAY = Duration.ofMillis(200);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);
  private static final Duration CONNECTING = Duration.ofSeconds(3);
  private static final Duration SILENCE = Duration.ofSeconds(8);

  /** Of an answer that waits until the store has copied. */
  private static final Duration COPYING = Duration.ofSeconds(30);

  /** As slow as a line may be, bytes per second. */
  private static final long SLOWEST = 256 * 1024;

  private AzureClients() {}

  /**
   * A client of the container, which reaches for nothing until it is used.
   *
   * @param identity null when the container says a credential
   */
  static BlobContainerAsyncClient container(
      AzureContainer place, HttpClient http, @Nullable TokenCredential identity) {
    BlobContainerClientBuilder builder =
        new BlobContainerClientBuilder()
            .containerName(place.name())
            .httpClient(http)
            // The first that can begin a listing at a name.
            .serviceVersion(BlobServiceVersion.V2026_02_06)
            .retryOptions(
                new RequestRetryOptions(
                    RetryPolicyType.EXPONENTIAL,
                    TRIES,
                    (Duration) null,
                    FIRST_DELAY,
                    LONGEST_DELAY,
                    null));
    if (identity != null) {
      builder.endpoint(place.endpoint()).credential(identity);
    } else {
      builder.connectionString(place.connectionString());
    }
    return builder.buildAsyncClient();
  }

  /**
   * What Azure's tools look for on a server, in their order, then what a developer has. Their own
   * chain has more of that, and needs 3.1 MiB of native code for it.
   */
  static TokenCredential identity(HttpClient http) {
    ChainedTokenCredentialBuilder chain = new ChainedTokenCredentialBuilder();
    chain.addLast(new EnvironmentCredentialBuilder().httpClient(http).build());
    if (System.getenv("AZURE_FEDERATED_TOKEN_FILE") != null) {
      chain.addLast(new WorkloadIdentityCredentialBuilder().httpClient(http).build());
    }
    return chain
        .addLast(
            new ManagedIdentityCredentialBuilder()
                .clientId(System.getenv("AZURE_CLIENT_ID"))
                .httpClient(http)
                .build())
        .addLast(new AzureCliCredentialBuilder().build())
        .build();
  }

  /** The transport of the JDK, with times that depend on what is sent. */
  static HttpClient transport(Executor threads) {
    return new Patient(
        new JdkHttpClientBuilder()
            .executor(threads)
            .connectionTimeout(CONNECTING)
            .writeTimeout(Duration.ZERO)
            .responseTimeout(Duration.ZERO)
            .readTimeout(Duration.ZERO)
            .build());
  }

  /**
   * Waits for an answer as long as its request may take: for the headers of an object, for all of
   * any other. The times of the transport itself would begin with the request whatever its size,
   * and go on while nobody reads an object.
   */
  private record Patient(HttpClient http) implements HttpClient {
    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
      return http.send(request).timeout(patience(request));
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request, Context context) {
      return http.send(request, context).timeout(patience(request));
    }

    private static Duration patience(HttpRequest request) {
      if (request.getHeaders().getValue(AzureCopy.SYNCHRONOUS) != null) {
        return COPYING;
      }
      @Nullable Long length =
          request.getBodyAsBinaryData() == null ? null : request.getBodyAsBinaryData().getLength();
      return length == null ? SILENCE : SILENCE.plusSeconds(length / SLOWEST);
    }
  }
}
