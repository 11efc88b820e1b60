package dev.mikcar.storage.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.BlobAsyncClient;
import com.azure.storage.blob.models.BlockListType;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectBody;
import dev.mikcar.storage.store.ObjectHeaders;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.ObjectStoreContract;
import dev.mikcar.storage.store.Upload;
import dev.mikcar.test.Await;
import io.smallrye.mutiny.Multi;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AzureObjectStoreTest extends ObjectStoreContract {
  @TempDir private static Path folder;

  private static final List<AzureObjectStore> STORES = new ArrayList<>();
  private static AzureServer server;

  private String container;
  private AzureObjectStore store;

  @BeforeAll
  static void start() throws Exception {
    server = new AzureServer(folder);
  }

  @AfterAll
  static void stop() {
    STORES.forEach(AzureObjectStore::close);
    STORES.clear();
    server.close();
  }

  @BeforeEach
  void open() {
    container = server.newContainer();
    store = open(container);
  }

  private static AzureObjectStore open(String containerAndPrefix) {
    return open(containerAndPrefix, server.rest("", server.port()));
  }

  private static AzureObjectStore open(String containerAndPrefix, String options) {
    AzureObjectStore opened =
        new AzureObjectStore(AzureContainer.parse(containerAndPrefix + options));
    STORES.add(opened);
    return opened;
  }

  @Override
  protected ObjectStore store() {
    return store;
  }
}
