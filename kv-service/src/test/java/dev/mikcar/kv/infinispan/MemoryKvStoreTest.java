package dev.mikcar.kv.infinispan;

import dev.mikcar.kv.store.KvStore;
import dev.mikcar.kv.store.KvStoreContract;

class MemoryKvStoreTest extends KvStoreContract {
  @Override
  protected KvStore open() {
    return EmbeddedInfinispan.inMemory();
  }
}
