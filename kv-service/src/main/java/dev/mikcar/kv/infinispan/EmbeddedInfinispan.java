package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.KvStore;
import java.nio.file.Path;
import java.time.Clock;
import org.infinispan.AdvancedCache;
import org.infinispan.commons.dataconversion.MediaType;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.cache.CustomStoreConfigurationBuilder;
import org.infinispan.configuration.cache.StorageType;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.global.ShutdownHookBehavior;
import org.infinispan.eviction.EvictionStrategy;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.manager.EmbeddedCacheManager;

/** Opens the stores that run inside this process. */
public final class EmbeddedInfinispan {
  private static final String CACHE = "kv";

  /** The part of the heap that holds values of a file store too. */
  private static final int CACHED_SHARE = 8;

  /** The part of the heap that a store in memory may fill. */
  private static final int MEMORY_SHARE = 3;

  private static final int KB = 1000;

  private EmbeddedInfinispan() {}

  /**
   * A store that forgets everything with the process. What would fill more than a third of the heap
   * is refused with {@code BACKEND_UNAVAILABLE}; nothing is dropped to make room.
   */
  public static KvStore inMemory() {
    return open(new ConfigurationBuilder(), Runtime.getRuntime().maxMemory() / MEMORY_SHARE);
  }

  /**
   * A store in a folder. A write is answered after it is synced to disk; writers that come together
   * are synced together. One process at a time.
   */
  public static KvStore inFolder(Path folder) {
    long cached = Runtime.getRuntime().maxMemory() / CACHED_SHARE;
    ConfigurationBuilder cache = new ConfigurationBuilder();
    cache.memory().maxSize(cached / KB + "KB").whenFull(EvictionStrategy.REMOVE);
    cache
        .persistence()
        .addStore(CustomStoreConfigurationBuilder.class)
        .customStoreClass(SqliteStore.class)
        .addProperty(SqliteStore.FOLDER, folder.toString())
        .segmented(false);
    return open(cache, Long.MAX_VALUE);
  }

  private static KvStore open(ConfigurationBuilder cache, long most) {
    GlobalConfigurationBuilder global = new GlobalConfigurationBuilder();
    global.nonClusteredDefault();
    global.metrics().gauges(false).histograms(false);
    global.jmx().disable();
    global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
    cache.memory().storage(StorageType.HEAP);
    cache.encoding().mediaType(MediaType.APPLICATION_OCTET_STREAM);
    // Entries expire by their own time; Infinispan has nothing to look for.
    cache.expiration().disableReaper();
    EmbeddedCacheManager manager = new DefaultCacheManager(global.build());
    try {
      manager.defineConfiguration(CACHE, cache.build());
      AdvancedCache<byte[], byte[]> opened =
          manager.<byte[], byte[]>getCache(CACHE).getAdvancedCache();
      return new InfinispanKvStore(manager, opened, most, Clock.systemUTC());
    } catch (RuntimeException e) {
      manager.stop();
      throw e;
    }
  }
}
