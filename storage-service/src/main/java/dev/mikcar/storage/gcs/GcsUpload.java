package dev.mikcar.storage.gcs;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.BodyParts;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.Upload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One upload, on a virtual thread. What fits into one piece is sent at once, else it goes up piece
 * by piece. A piece is kept until it is answered, so that it can be sent again. The store compares
 * its checksum with ours before it makes the object. An upload that fails leaves nothing.
 */
final class GcsUpload {
  /** A multiple of 256 KiB, as the store wants it. */
  private static final int PIECE = 8 << 20;

  private final Storage storage;
  private final Calls calls;
  private final String bucket;
  private final StorageObject object;
  private final Upload upload;
  private final Guard guard;
  private final CRC32C checksum = new CRC32C();
  private @Nullable GcsSession session;

  /**
   * What the store has to find for the object to be written.
   *
   * @param generation 0: no object; null: anything
   * @param metageneration null: any
   */
  record Guard(@Nullable Long generation, @Nullable Long metageneration) {
    static final Guard NONE = new Guard(null, null);
    static final Guard ABSENT = new Guard(0L, null);

    static Guard on(GcsTag tag) {
      return new Guard(tag.generation(), tag.metageneration());
    }
  }

  GcsUpload(Storage storage, Calls calls, String bucket, String name, Upload upload, Guard guard) {
    this.storage = storage;
    this.calls = calls;
    this.bucket = bucket;
    this.object = GcsObjects.describe(name, upload.headers());
    this.upload = upload;
    this.guard = guard;
  }

  ObjectInfo run(MemoryBudget memory) throws IOException {
    boolean done = false;
    try (MemoryBudget.Share _ = memory.take(upload.part(PIECE));
        BodyParts body = new BodyParts(upload.body(), PIECE)) {
      ObjectInfo info = GcsObjects.info(send(body));
      done = true;
      return info;
    } finally {
      if (!done && session != null) {
        session.cancel();
      }
    }
  }

  private StorageObject send(BodyParts body) throws IOException {
    ByteBuffer piece = body.next();
    checksum.update(piece.duplicate());
    while (body.hasNext()) {
      sendPiece(piece);
      piece = body.next();
      checksum.update(piece.duplicate());
    }
    String crc32c = GcsObjects.crc32c(checksum.getValue());
    return session == null ? sendWhole(piece, crc32c) : session.finish(piece, crc32c);
  }

  private void sendPiece(ByteBuffer piece) throws IOException {
    if (session == null) {
      Storage.Objects.Insert insert = guarded(storage.objects().insert(bucket, object));
      session = GcsSession.open(storage, calls, insert, object);
    }
    session.send(piece);
  }

  private StorageObject sendWhole(ByteBuffer piece, String crc32c) throws IOException {
    object.setCrc32c(crc32c);
    return calls.call(
        guard.equals(Guard.NONE) ? Calls.Twice.SAME : Calls.Twice.DOUBTFUL,
        GcsSession.PIECE,
        () -> {
          ByteArrayContent content =
              new ByteArrayContent(
                  upload.headers().contentType(),
                  piece.array(),
                  piece.arrayOffset() + piece.position(),
                  piece.remaining());
          Storage.Objects.Insert insert = storage.objects().insert(bucket, object, content);
          insert.getMediaHttpUploader().setDirectUploadEnabled(true);
          insert.setDisableGZipContent(true);
          return GcsClient.execute(guarded(insert));
        });
  }

  private Storage.Objects.Insert guarded(Storage.Objects.Insert insert) {
    return insert
        .setIfGenerationMatch(guard.generation())
        .setIfMetagenerationMatch(guard.metageneration())
        .setFields(GcsObjects.FIELDS);
  }
}
