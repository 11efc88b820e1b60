package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.KvStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.BiFunction;
import org.infinispan.AdvancedCache;
import org.infinispan.commons.dataconversion.MediaType;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.cache.CustomStoreConfigurationBuilder;
import org.infinispan.configuration.cache.StorageType;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.global.ShutdownHookBehavior;
import org.infinispan.context.Flag;
import org.infinispan.eviction.EvictionStrategy;
import org.infinispan.factories.ComponentRegistry;
import org.infinispan.functional.FunctionalMap.ReadWriteMap;
import org.infinispan.functional.impl.FunctionalMapImpl;
import org.infinispan.functional.impl.ReadWriteMapImpl;
import org.infinispan.functional.impl.WriteOnlyMapImpl;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.manager.EmbeddedCacheManager;
import org.infinispan.persistence.manager.PersistenceManager;
import org.jboss.logging.Logger;

/** Opens the stores that run inside this process. */
public final class EmbeddedInfinispan {
  private static final Logger LOG = Logger.getLogger(EmbeddedInfinispan.class);
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
    long most = Runtime.getRuntime().maxMemory() / MEMORY_SHARE;
    LOG.infof("kv keeps up to %d MiB in memory, a third of the heap", most >> 20);
    return inMemory(most);
  }

  /** The same with another limit, bytes. */
  static KvStore inMemory(long most) {
    return open(
        new ConfigurationBuilder(),
        (manager, cache) -> {
          ReadWriteMap<byte[], byte[]> changes = changes(cache);
          Keys keys = new MemoryKeys(cache, changes, most);
          return new InfinispanKvStore(
              manager, cache, changes, Optional.empty(), keys, Clock.systemUTC());
        });
  }

  /**
   * A store in a folder. A write is answered after it is synced to disk; writers that come together
   * are synced together. One process at a time. Some values are in memory too, never all keys.
   */
  public static KvStore inFolder(Path folder) {
    long cached = Runtime.getRuntime().maxMemory() / CACHED_SHARE;
    ConfigurationBuilder configuration = new ConfigurationBuilder();
    configuration.memory().maxSize(cached / KB + "KB").whenFull(EvictionStrategy.REMOVE);
    configuration
        .persistence()
        .addStore(CustomStoreConfigurationBuilder.class)
        .customStoreClass(SqliteStore.class)
        .addProperty(SqliteStore.FOLDER, folder.toString())
        .segmented(false);
    return open(
        configuration,
        (manager, cache) -> {
          SqliteStore disk =
              ComponentRegistry.componentOf(cache, PersistenceManager.class)
                  .getStores(SqliteStore.class)
                  .stream()
                  .findFirst()
                  .orElseThrow();
          return new InfinispanKvStore(
              manager,
              cache,
              changes(cache),
              Optional.of(WriteOnlyMapImpl.create(FunctionalMapImpl.create(cache))),
              new SqliteKeys(disk, cache.withFlags(Flag.SKIP_CACHE_LOAD)),
              Clock.systemUTC());
        });
  }

  private static ReadWriteMap<byte[], byte[]> changes(AdvancedCache<byte[], byte[]> cache) {
    return ReadWriteMapImpl.create(FunctionalMapImpl.create(cache));
  }

  private static KvStore open(
      ConfigurationBuilder configuration,
      BiFunction<EmbeddedCacheManager, AdvancedCache<byte[], byte[]>, KvStore> store) {
    GlobalConfigurationBuilder global = new GlobalConfigurationBuilder();
    global.nonClusteredDefault();
    global.metrics().gauges(false).histograms(false);
    global.jmx().disable();
    global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
    configuration.memory().storage(StorageType.HEAP);
    configuration.encoding().mediaType(MediaType.APPLICATION_OCTET_STREAM);
    // Entries expire by their own time; Infinispan has nothing to look for.
    configuration.expiration().disableReaper();
    EmbeddedCacheManager manager = new DefaultCacheManager(global.build());
    try {
      manager.defineConfiguration(CACHE, configuration.build());
      return store.apply(manager, manager.<byte[], byte[]>getCache(CACHE).getAdvancedCache());
    } catch (RuntimeException e) {
      manager.stop();
      throw e;
    }
  }
}
