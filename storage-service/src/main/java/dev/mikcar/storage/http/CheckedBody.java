package dev.mikcar.storage.http;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.ContentHash;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.AbstractMultiOperator;
import io.smallrye.mutiny.operators.multi.MultiOperatorProcessor;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A body that fails when it is longer than the limit or has another checksum than announced. It
 * holds back the last chunk until that is known, so that no store can take a wrong body for whole.
 */
final class CheckedBody extends AbstractMultiOperator<ByteBuffer, ByteBuffer> {
  private final long limit;
  private final Checksums checksums;

  CheckedBody(Multi<ByteBuffer> body, long limit, Checksums checksums) {
    super(body);
    this.limit = limit;
    this.checksums = checksums;
  }

  @Override
  public void subscribe(MultiSubscriber<? super ByteBuffer> downstream) {
    upstream.subscribe().withSubscriber(new Checking(downstream));
  }

  private final class Checking extends MultiOperatorProcessor<ByteBuffer, ByteBuffer> {
    private final Map<Checksums.Expected, MessageDigest> digests = new HashMap<>();
    private @Nullable ByteBuffer held;
    private long size;

    Checking(MultiSubscriber<? super ByteBuffer> downstream) {
      super(downstream);
      checksums
          .all()
          .forEach(expected -> digests.put(expected, ContentHash.newDigest(expected.algorithm())));
    }

    @Override
    public void onItem(ByteBuffer chunk) {
      size += chunk.remaining();
      if (size > limit) {
        held = null;
        getUpstreamSubscription().cancel();
        super.onFailure(new ApiException.PayloadTooLarge(limit));
        return;
      }
      digests.values().forEach(digest -> digest.update(chunk.duplicate()));
      ByteBuffer before = held;
      held = chunk;
      if (before == null) {
        request(1);
      } else {
        super.onItem(before);
      }
    }

    @Override
    public void onCompletion() {
      for (Map.Entry<Checksums.Expected, MessageDigest> check : digests.entrySet()) {
        if (!MessageDigest.isEqual(check.getValue().digest(), check.getKey().hash())) {
          super.onFailure(
              new ApiException.BadRequest(
                  "the body is not the one that " + check.getKey().header() + " announces"));
          return;
        }
      }
      ByteBuffer last = held;
      if (last != null) {
        super.onItem(last);
      }
      super.onCompletion();
    }
  }
}
