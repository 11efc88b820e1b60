package dev.mikcar.storage.gcs;

import com.google.api.client.http.HttpResponse;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.RewriteResponse;
import com.google.api.services.storage.model.StorageObject;
import com.google.auth.ServiceAccountSigner;
import com.google.auth.oauth2.GoogleCredentials;
import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.http.EntityTags;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.storage.store.ByteRange;
import dev.mikcar.storage.store.Condition;
import dev.mikcar.storage.store.Content;
import dev.mikcar.storage.store.Listing;
import dev.mikcar.storage.store.ObjectBody;
import dev.mikcar.storage.store.ObjectInfo;
import dev.mikcar.storage.store.ObjectPath;
import dev.mikcar.storage.store.ObjectStore;
import dev.mikcar.storage.store.Upload;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Objects in a bucket of Google Cloud Storage. Conditions are the store's own, on the generations
 * that the entity tags are made of; one that it does not have is judged by what is there, and then
 * made one it has: that what is there stays until the write.
 */
public final class GcsObjectStore implements ObjectStore {
  /** How often an object may be replaced between the look at it and what is done with it. */
  private static final int ATTEMPTS = 5;

  /** For a part of a copy: the store answers within half a minute, done or not. */
  private static final Duration COPYING = Duration.ofSeconds(40);

  private final GcsBucket bucket;
  private final GcsClient client;
  private final Storage storage;
  private final Calls calls = new Calls();
  private final MemoryBudget memory;

  /**
   * Reaches for nothing until it is used.
   *
   * @param memory what uploads may hold
   */
  public GcsObjectStore(GcsBucket bucket, MemoryBudget memory) {
    this.memory = memory;
    this.bucket = bucket;
    this.client = new GcsClient(bucket);
    this.storage = client.storage();
  }

  private String name(ObjectPath path) {
    String name = bucket.prefix() + path.text();
    if (name.getBytes(StandardCharsets.UTF_8).length > ObjectPath.LONGEST) {
      throw new ApiException.BadRequest(
          "the path is too long behind the prefix of the storage: together they have at most "
              + ObjectPath.LONGEST
              + " bytes");
    }
    return name;
  }

  private StorageObject find(ObjectPath path) throws IOException {
    String name = name(path);
    return calls.call(
        Calls.Twice.SAME,
        () ->
            GcsClient.execute(
                storage.objects().get(bucket.name(), name).setFields(GcsObjects.FIELDS)));
  }

  @Override
  public Uni<ObjectInfo> head(ObjectPath path) {
    return calls.answer(() -> GcsObjects.info(find(path)));
  }

  @Override
  public Uni<ObjectBody> get(ObjectPath path, ByteRange range, @Nullable String etag) {
    return calls.work(answer -> read(path, range, etag, answer));
  }

  private void read(
      ObjectPath path,
      ByteRange range,
      @Nullable String etag,
      UniEmitter<? super ObjectBody> answer)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      StorageObject found = find(path);
      ObjectInfo info = GcsObjects.info(found);
      if (etag != null && !etag.equals(info.etag())) {
        throw Condition.unmet();
      }
      ByteRange.Slice slice = range.of(info.size());
      try (GcsReading reading = new GcsReading(storage, calls, bucket.name(), found, slice)) {
        try {
          reading.open();
        } catch (IOException e) {
          // It was replaced meanwhile.
          if (GcsErrors.hasStatus(e, 404) && attempt < ATTEMPTS) {
            continue;
          }
          throw e;
        }
        hand(reading, new ObjectBody(info, slice, content(reading)), answer);
        return;
      }
    }
  }

  private static Content content(GcsReading reading) {
    return new Content.Streamed(Multi.createFrom().publisher(reading));
  }

  private static void hand(
      GcsReading reading, ObjectBody body, UniEmitter<? super ObjectBody> answer) {
    AtomicBoolean handed = new AtomicBoolean();
    answer.onTermination(
        () -> {
          // Whoever asked for it is gone.
          if (!handed.get()) {
            reading.cancel();
          }
        });
    handed.set(true);
    answer.complete(body);
    reading.run();
  }

  @Override
  public Uni<ObjectInfo> put(ObjectPath path, Upload upload) {
    return calls.answer(
        () ->
            new GcsUpload(
                    storage,
                    calls,
                    bucket.name(),
                    name(path),
                    upload,
                    guard(path, upload.condition()))
                .run(memory));
  }

  private GcsUpload.Guard guard(ObjectPath path, Condition condition) throws IOException {
    if (condition.isNone()) {
      return GcsUpload.Guard.NONE;
    }
    if (condition.isAbsence()) {
      return GcsUpload.Guard.ABSENT;
    }
    EntityTags match = condition.match();
    if (match != null && isOne(match) && condition.noneMatch() == null) {
      return GcsTag.parse(match.strong().iterator().next())
          .map(GcsUpload.Guard::on)
          .orElseThrow(Condition::unmet);
    }
    Optional<GcsTag> there = tag(path);
    condition.require(there.map(GcsTag::toString).orElse(null));
    return there.map(GcsUpload.Guard::on).orElse(GcsUpload.Guard.ABSENT);
  }

  private static boolean isOne(EntityTags tags) {
    return !tags.any() && tags.strong().size() == 1;
  }

  private Optional<GcsTag> tag(ObjectPath path) throws IOException {
    try {
      return Optional.of(GcsTag.of(find(path)));
    } catch (IOException e) {
      if (GcsErrors.translate(e) instanceof ApiException.NotFound) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Uni<Void> delete(ObjectPath path, Condition condition) {
    return calls.done(
        () -> {
          GcsUpload.Guard guard = guard(path, condition);
          if (guard.equals(GcsUpload.Guard.ABSENT)) {
            throw new ApiException.NotFound("no such object");
          }
          delete(name(path), guard);
        });
  }

  private void delete(String name, GcsUpload.Guard guard) throws IOException {
    HttpResponse answer =
        calls.call(
            Calls.Twice.DOUBTFUL,
            storage
                    .objects()
                    .delete(bucket.name(), name)
                    .setIfGenerationMatch(guard.generation())
                    .setIfMetagenerationMatch(guard.metageneration())
                ::executeUnparsed);
    answer.ignore();
  }

  @Override
  public Uni<Listing> list(Listing.Query query) {
    return calls.answer(() -> new GcsListing(storage, calls, bucket, query).page());
  }

  @Override
  public Uni<Void> copy(ObjectPath from, ObjectPath to) {
    return calls.done(() -> copyNow(from, to));
  }

  /** Returns what was copied. */
  private StorageObject copyNow(ObjectPath from, ObjectPath to) throws IOException {
    String target = name(to);
    for (int attempt = 1; ; attempt++) {
      StorageObject source = find(from);
      try {
        if (!from.equals(to)) {
          copy(source, target);
        }
        return source;
      } catch (IOException e) {
        // It was replaced meanwhile.
        if (!GcsErrors.hasStatus(e, 404) || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Large ones, and those that go far, take the store several steps. */
  private void copy(StorageObject source, String target) throws IOException {
    RewriteResponse step = null;
    do {
      String token = step == null ? null : step.getRewriteToken();
      step =
          calls.call(
              Calls.Twice.SAME,
              COPYING,
              () -> {
                Storage.Objects.Rewrite rewrite =
                    storage
                        .objects()
                        .rewrite(bucket.name(), source.getName(), bucket.name(), target, null)
                        .setSourceGeneration(source.getGeneration())
                        .setRewriteToken(token)
                        .setFields("done,rewriteToken");
                rewrite.setDisableGZipContent(true);
                return GcsClient.execute(rewrite);
              });
    } while (!Boolean.TRUE.equals(step.getDone()));
  }

  /** What was copied is deleted, not what has come to its place since. */
  @Override
  public Uni<Void> move(ObjectPath from, ObjectPath to) {
    return calls.done(
        () -> {
          StorageObject source = copyNow(from, to);
          if (!from.equals(to)) {
            deleteMoved(source);
          }
        });
  }

  private void deleteMoved(StorageObject source) throws IOException {
    try {
      delete(source.getName(), new GcsUpload.Guard(source.getGeneration(), null));
    } catch (IOException e) {
      // Others replaced or deleted it after it was copied.
      if (!GcsErrors.hasStatus(e, 404) && !GcsErrors.hasStatus(e, 412)) {
        throw e;
      }
    }
  }

  /** Empty when the credentials cannot sign: those of a person, or none. */
  @Override
  public Uni<Optional<URI>> sign(ObjectPath path, String method, Duration time) {
    return calls.answer(
        () -> {
          String name = name(path);
          Optional<GoogleCredentials> credentials = client.credentials();
          return credentials.isPresent() && credentials.get() instanceof ServiceAccountSigner signer
              ? Optional.of(sign(signer, name, method, time))
              : Optional.empty();
        });
  }

  private URI sign(ServiceAccountSigner signer, String name, String method, Duration time)
      throws IOException {
    try {
      return calls.once(
          Calls.SHORT,
          () ->
              GcsSignature.url(
                  signer, bucket.root(), bucket.name(), name, method, Instant.now(), time));
    } catch (ServiceAccountSigner.SigningException e) {
      throw GcsErrors.noSignature(e);
    }
  }

  @Override
  public Uni<Void> ping() {
    // Not everybody who may use the objects may look at the bucket itself.
    return calls.done(
        () -> {
          Storage.Objects.List one =
              storage.objects().list(bucket.name()).setMaxResults(1L).setFields("kind");
          var _ = calls.call(Calls.Twice.SAME, () -> GcsClient.execute(one));
        });
  }

  @Override
  public void close() {
    calls.close();
  }
}
