package dev.mikcar.email.http;

import io.smallrye.mutiny.Uni;
import java.util.function.Supplier;

/** Work that blocks, asked for where nothing may. */
final class VirtualThreads {
  private VirtualThreads() {}

  /** Does it to its end, also when nobody waits for the result any more. */
  static <T> Uni<T> call(Supplier<T> work) {
    return Uni.createFrom()
        .emitter(
            emitter ->
                Thread.ofVirtual()
                    .name("email-request")
                    .start(
                        () -> {
                          try {
                            emitter.complete(work.get());
                          } catch (RuntimeException | Error e) {
                            emitter.fail(e);
                          }
                        }));
  }
}
