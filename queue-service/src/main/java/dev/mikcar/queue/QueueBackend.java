package dev.mikcar.queue;

import dev.mikcar.common.service.Schemes;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.queue.embedded.EmbeddedQueue;
import dev.mikcar.queue.message.Limits;
import dev.mikcar.queue.message.MessageQueue;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.Config;

/** The queues of queue, and what backends there are. */
@Singleton
public class QueueBackend extends ServiceBackend<MessageQueue> {
  /** The part of the heap that queues in memory may fill, and what is known of those on disk. */
  private static final int SHARE = 4;

  /** The part of the heap that holds messages of queues on disk too. */
  private static final int CACHED_SHARE = 16;

  QueueBackend(Settings settings, Config config) {
    super(settings, config);
  }

  @Override
  protected Schemes<MessageQueue> schemes() {
    Path usual = data("queue");
    Limits limits = QueueSettings.limits(this::setting);
    return Schemes.<MessageQueue>of("QUEUE_URL")
        .withMemory(() -> EmbeddedQueue.inMemory(limits, heap() / SHARE))
        .withFolder(folder -> inFolder(folder, limits))
        .otherwise("file", () -> inFolder(usual, limits));
  }

  private static MessageQueue inFolder(Path folder, Limits limits) {
    return EmbeddedQueue.inFolder(folder, limits, heap() / SHARE, heap() / CACHED_SHARE);
  }

  private static long heap() {
    return Runtime.getRuntime().maxMemory();
  }
}
