package dev.mikcar.storage.s3;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.AbstractMultiOperator;
import io.smallrye.mutiny.operators.multi.MultiOperatorProcessor;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import mutiny.zero.flow.adapters.AdaptersToFlow;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * An answer whose content is read as it comes. Amazon's own way to do so, {@code toPublisher}, does
 * not tell the reader when the connection ends in the middle
 * (https://github.com/aws/aws-sdk-java-v2/issues/6949); it tells the transformer, which this is.
 */
final class S3Download implements AsyncResponseTransformer<GetObjectResponse, S3Download.Opened> {
  private CompletableFuture<Opened> opened = new CompletableFuture<>();
  private CompletableFuture<Void> broken = new CompletableFuture<>();
  private @Nullable GetObjectResponse response;

  /** What is known once the content begins. */
  record Opened(GetObjectResponse response, Multi<ByteBuffer> bytes) {}

  /** For each attempt anew. */
  @Override
  public CompletableFuture<Opened> prepare() {
    opened = new CompletableFuture<>();
    broken = new CompletableFuture<>();
    return opened;
  }

  @Override
  public void onResponse(GetObjectResponse given) {
    response = given;
  }

  @Override
  public void onStream(SdkPublisher<ByteBuffer> publisher) {
    GetObjectResponse head = response;
    if (head == null) {
      exceptionOccurred(new IllegalStateException("the content came before the head"));
      return;
    }
    Multi<ByteBuffer> bytes = Multi.createFrom().publisher(AdaptersToFlow.publisher(publisher));
    var _ = opened.complete(new Opened(head, new Breakable(bytes, broken)));
  }

  @Override
  public void exceptionOccurred(Throwable failure) {
    var _ = opened.completeExceptionally(failure);
    var _ = broken.completeExceptionally(failure);
  }

  /** Fails when it is told to, too; that happens on the thread that its items come on. */
  private static final class Breakable extends AbstractMultiOperator<ByteBuffer, ByteBuffer> {
    private final CompletableFuture<Void> broken;

    Breakable(Multi<ByteBuffer> bytes, CompletableFuture<Void> broken) {
      super(bytes);
      this.broken = broken;
    }

    @Override
    public void subscribe(MultiSubscriber<? super ByteBuffer> downstream) {
      Items items = new Items(downstream);
      upstream.subscribe().withSubscriber(items);
      var _ =
          broken.exceptionally(
              failure -> {
                items.onFailure(failure);
                return null;
              });
    }
  }

  /**
   * Told of a failure twice, by the publisher and by the transformer, and of one when the reader is
   * gone: then the client ends the answer with a failure of its own. The first counts.
   */
  private static final class Items extends MultiOperatorProcessor<ByteBuffer, ByteBuffer> {
    Items(MultiSubscriber<? super ByteBuffer> downstream) {
      super(downstream);
    }

    @Override
    public void onFailure(Throwable failure) {
      if (!isDone()) {
        super.onFailure(failure);
      }
    }
  }
}
