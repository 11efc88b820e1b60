package dev.mikcar.kv;

import dev.mikcar.common.service.Schemes;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.kv.infinispan.EmbeddedInfinispan;
import dev.mikcar.kv.store.KvStore;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.Config;

/** The store of kv, and what stores there are. */
@Singleton
public class KvBackend extends ServiceBackend<KvStore> {
  KvBackend(Settings settings, Config config) {
    super(settings, config);
  }

  @Override
  protected Schemes<KvStore> schemes() {
    Path usual = data("kv");
    return Schemes.<KvStore>of("KV_URL")
        .withMemory(EmbeddedInfinispan::inMemory)
        .withFolder(EmbeddedInfinispan::inFolder)
        .withFolder("redb", "redb://folder", EmbeddedInfinispan::inFolder)
        .otherwise("file", () -> EmbeddedInfinispan.inFolder(usual));
  }
}
