package dev.mikcar.storage;

import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.common.service.Schemes;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.settings.Settings;
import dev.mikcar.common.settings.Units;
import dev.mikcar.storage.azure.AzureContainer;
import dev.mikcar.storage.azure.AzureObjectStore;
import dev.mikcar.storage.file.FileObjectStore;
import dev.mikcar.storage.gcs.GcsBucket;
import dev.mikcar.storage.gcs.GcsObjectStore;
import dev.mikcar.storage.memory.MemoryObjectStore;
import dev.mikcar.storage.s3.S3Bucket;
import dev.mikcar.storage.s3.S3ObjectStore;
import dev.mikcar.storage.store.ObjectStore;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.Config;

/** The store of storage, and what stores there are. */
@Singleton
public class StorageBackend extends ServiceBackend<ObjectStore> {
  private static final long USUAL_MAX_OBJECT_SIZE = 5L << 30;

  private final MemoryBudget memory;
  private long maxObjectSize = USUAL_MAX_OBJECT_SIZE;

  StorageBackend(Settings settings, Config config, MemoryBudget memory) {
    super(settings, config);
    this.memory = memory;
  }

  @Override
  protected Schemes<ObjectStore> schemes() {
    maxObjectSize =
        setting("STORAGE_MAX_OBJECT_SIZE")
            .map(text -> Units.bytes("STORAGE_MAX_OBJECT_SIZE", text))
            .orElse(USUAL_MAX_OBJECT_SIZE);
    Path usual = data("storage");
    return Schemes.<ObjectStore>of("STORAGE_URL")
        .withMemory(MemoryObjectStore::ofHalfTheHeap)
        .withFolder(folder -> new FileObjectStore(folder, memory))
        .with(
            "s3",
            S3Bucket.FORM,
            url -> {
              S3Bucket bucket = url.parse(S3Bucket::parse);
              return () -> new S3ObjectStore(bucket, memory);
            })
        .with(
            "gs",
            GcsBucket.FORM,
            url -> {
              GcsBucket bucket = url.parse(GcsBucket::parse);
              return () -> new GcsObjectStore(bucket, memory);
            })
        .with(
            "az",
            AzureContainer.FORM,
            url -> {
              AzureContainer container = url.parse(AzureContainer::parse);
              return () -> new AzureObjectStore(container, memory);
            })
        .otherwise("file", () -> new FileObjectStore(usual, memory));
  }

  /** The largest object that is taken, bytes. */
  public long maxObjectSize() {
    return maxObjectSize;
  }
}
