package dev.mikcar.storage.s3;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** On moto. */
class MotoObjectStoreTest extends S3StoreContract {
  @TempDir private Path folder;

  @Override
  S3TestServer newServer() throws Exception {
    return new MotoServer(folder);
  }
}
