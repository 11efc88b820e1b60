package dev.mikcar.secrets.memory;

import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretStoreContract;

class MemorySecretStoreTest extends SecretStoreContract {
  private final SecretStore store = new MemorySecretStore(1 << 20);

  @Override
  protected SecretStore store() {
    return store;
  }
}
