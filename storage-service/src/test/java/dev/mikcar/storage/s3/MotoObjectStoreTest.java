package dev.mikcar.storage.s3;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** On moto. */
class MotoObjectStoreTest extends S3StoreContract {
  @TempDir private static Path folder;

  @Override
  S3TestServer newServer() throws Exception {
    return new MotoServer(folder);
  }

  /** No test here: moto fails when a signature that it is to check is in the URL. */
  @Override
  void itsOwnSignedUrlsWorkWithoutCredentials() {}

  /** No test here: moto copies parts of whatever is there, without a look at the condition. */
  @Override
  void aLargeCopyOfWhatWasReplacedMeanwhileLeavesNoParts() {}
}
