package dev.mikcar.secrets.cache;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Keeps a cache in a file. What is left there by an earlier process is served while the store
 * cannot be asked, and for no longer than if the process had not ended. A change is in the file
 * within a second or so, on a thread of its own; the end of the process writes it once more.
 */
public final class KeptCache implements SecretCache.Listener, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KeptCache.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final SecretCache cache;
  private final CacheFile file;
  private final Semaphore changes = new Semaphore(0);
  private final Thread writer;
  private volatile boolean closing;

  /**
   * Reads the file and watches the cache. A file that cannot be read is left out, with a warning,
   * and will be replaced.
   *
   * @param path of a file that may be missing
   * @param key 32 bytes
   * @param store what tells the store from others
   */
  public KeptCache(SecretCache cache, Path path, byte[] key, String store) {
    this.cache = cache;
    this.file = new CacheFile(path, key, store);
    try {
      cache.restore(file.read());
    } catch (IOException | ApiException e) {
      LOG.warnf("The file of the cache of secrets is not used: %s", e.getMessage());
    }
    cache.listen(this);
    this.writer = Thread.ofVirtual().name("secrets-cache-file").start(this::write);
  }

  @Override
  public void read(Secret current) {
    changes.release();
  }

  @Override
  public void gone(SecretName name) {
    changes.release();
  }

  @Override
  public void written(SecretName name) {
    changes.release();
  }

  private void write() {
    try {
      while (!closing) {
        changes.acquire();
        if (!closing) {
          var _ = changes.tryAcquire(Integer.MAX_VALUE, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
          var _ = changes.drainPermits();
          save();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void save() {
    try {
      file.write(cache.all());
    } catch (IOException e) {
      LOG.warnf("The file of the cache of secrets cannot be written: %s", e);
    }
  }

  /** To be called before the cache is closed. */
  @Override
  public void close() {
    closing = true;
    changes.release();
    try {
      writer.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    save();
  }
}
