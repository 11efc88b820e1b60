package dev.mikcar.storage.gcs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the stub keeps: objects by their names in the order of bytes, one generation of each. */
final class StubBuckets {
  private static final Set<String> DESCRIBING =
      Set.of(
          "name",
          "bucket",
          "contentType",
          "cacheControl",
          "contentDisposition",
          "contentEncoding",
          "contentLanguage",
          "metadata",
          "crc32c",
          "md5Hash",
          "storageClass",
          "generation");

  private final Path folder;
  private final Map<String, NavigableMap<byte[], StubObject>> buckets = new TreeMap<>();
  private final AtomicLong generations = new AtomicLong(System.currentTimeMillis() * 1000);
  private final AtomicInteger files = new AtomicInteger();
  private volatile int longestPage = 1000;

  StubBuckets(Path folder) {
    this.folder = folder;
  }

  /** The store may always give less than was asked for. */
  void longestPage(int length) {
    longestPage = length;
  }

  synchronized void create(String bucket) {
    buckets.put(bucket, new TreeMap<>(Arrays::compareUnsigned));
  }

  Path newFile() {
    return folder.resolve("content-" + files.incrementAndGet());
  }

  private NavigableMap<byte[], StubObject> objects(String bucket) {
    NavigableMap<byte[], StubObject> objects = buckets.get(bucket);
    if (objects == null) {
      throw new StubError(404, "notFound", "The specified bucket does not exist.");
    }
    return objects;
  }

  private static byte[] key(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  synchronized Optional<StubObject> find(String bucket, String name) {
    return Optional.ofNullable(objects(bucket).get(key(name)));
  }

  /** That of a request, which may be for one generation and under conditions. */
  synchronized StubObject get(String bucket, String name, StubRequest request) {
    StubObject object = objects(bucket).get(key(name));
    Optional<Long> generation = request.number("generation");
    if (object == null || generation.filter(g -> g != object.generation()).isPresent()) {
      throw StubError.noObject(bucket, name);
    }
    check(object, Conditions.of(request));
    return object;
  }

  /** The conditions of a request. */
  record Conditions(
      Optional<Long> match,
      Optional<Long> notMatch,
      Optional<Long> metaMatch,
      Optional<Long> metaNotMatch) {
    static final Conditions NONE =
        new Conditions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    static Conditions of(StubRequest request) {
      return new Conditions(
          request.number("ifGenerationMatch"),
          request.number("ifGenerationNotMatch"),
          request.number("ifMetagenerationMatch"),
          request.number("ifMetagenerationNotMatch"));
    }
  }

  private static void check(@Nullable StubObject object, Conditions conditions) {
    long generation = object == null ? 0 : object.generation();
    long metageneration = object == null ? 0 : object.metageneration();
    if (conditions.match().filter(g -> g != generation).isPresent()
        || conditions.notMatch().filter(g -> g == generation).isPresent()
        || conditions.metaMatch().filter(m -> m != metageneration).isPresent()
        || conditions.metaNotMatch().filter(m -> m == metageneration).isPresent()) {
      throw StubError.unmet();
    }
  }

  /** Refuses a name or a description that no object can have, or conditions that do not hold. */
  synchronized void checkInsertion(
      String bucket, String name, ObjectNode described, Conditions conditions) {
    NavigableMap<byte[], StubObject> objects = objects(bucket);
    byte[] bytes = key(name);
    if (bytes.length == 0
        || bytes.length > 1024
        || name.matches("(?s)\\.|\\.\\.|.*[\\r\\n].*|\\.well-known/acme-challenge/.*")) {
      throw StubError.invalid("Invalid object name: " + name);
    }
    for (Iterator<String> fields = described.fieldNames(); fields.hasNext(); ) {
      String field = fields.next();
      if (!DESCRIBING.contains(field)) {
        throw StubError.invalid("Invalid field: " + field);
      }
    }
    check(objects.get(bytes), conditions);
  }

  /** Makes an object of a file, in place of one that may be there. */
  StubObject insert(
      String bucket, String name, ObjectNode described, Path content, Conditions conditions)
      throws IOException {
    StubHashes hashes = StubHashes.of(content);
    hashes.check(described);
    synchronized (this) {
      checkInsertion(bucket, name, described, conditions);
      StubObject object =
          new StubObject(
              bucket,
              name,
              described,
              content,
              Files.size(content),
              hashes,
              generations.incrementAndGet(),
              1,
              Instant.now().truncatedTo(ChronoUnit.MILLIS));
      StubObject old = objects(bucket).put(key(name), object);
      if (old != null) {
        Files.delete(old.content());
      }
      return object;
    }
  }

  synchronized void delete(String bucket, String name, StubRequest request) throws IOException {
    StubObject object = get(bucket, name, request);
    request.refuseOthers();
    objects(bucket).remove(key(name));
    Files.delete(object.content());
  }

  /** As somebody else would change the headers of an object. */
  synchronized void changeMetadata(String bucket, String name, String field, String value) {
    objects(bucket)
        .computeIfPresent(
            key(name),
            (key, old) -> {
              ObjectNode described = old.described().deepCopy();
              described.put(field, value);
              return new StubObject(
                  bucket,
                  name,
                  described,
                  old.content(),
                  old.size(),
                  old.hashes(),
                  old.generation(),
                  old.metageneration() + 1,
                  Instant.now().truncatedTo(ChronoUnit.MILLIS));
            });
  }

  synchronized ObjectNode list(String bucket, StubRequest request) {
    String prefix = request.parameter("prefix").orElse("");
    String delimiter = request.parameter("delimiter").orElse("");
    byte[] start = key(request.parameter("startOffset").orElse(""));
    byte[] end = key(request.parameter("endOffset").orElse(""));
    long most = Math.min(request.number("maxResults").orElse(1000L), longestPage);
    Optional<byte[]> after = request.parameter("pageToken").map(StubBuckets::token);
    request
        .parameter("projection")
        .filter(p -> !p.equals("full") && !p.equals("noAcl"))
        .ifPresent(
            p -> {
              throw StubError.invalid("Invalid projection: " + p);
            });
    request.refuseOthers();
    if (most < 1 || start.length > 1024 || end.length > 1024) {
      throw StubError.invalid("Invalid list request");
    }
    ObjectNode page = StubRequest.JSON.createObjectNode().put("kind", "storage#objects");
    ArrayNode items = StubRequest.JSON.createArrayNode();
    ArrayNode prefixes = StubRequest.JSON.createArrayNode();
    String last = null;
    for (StubObject object : objects(bucket).tailMap(start, true).values()) {
      String name = object.name();
      int cut = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
      String shown = cut < 0 ? name : name.substring(0, cut + delimiter.length());
      if (!name.startsWith(prefix)
          || (end.length > 0 && Arrays.compareUnsigned(key(name), end) >= 0)
          || shown.equals(last)
          || after.filter(a -> Arrays.compareUnsigned(key(shown), a) <= 0).isPresent()) {
        continue;
      }
      if (items.size() + prefixes.size() == most) {
        page.put("nextPageToken", Base64.getEncoder().encodeToString(key(String.valueOf(last))));
        break;
      }
      if (cut < 0) {
        items.add(object.resource());
      } else {
        prefixes.add(shown);
      }
      last = shown;
    }
    if (!items.isEmpty()) {
      page.set("items", items);
    }
    if (!prefixes.isEmpty()) {
      page.set("prefixes", prefixes);
    }
    return page;
  }

  private static byte[] token(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw StubError.invalid("Invalid page token");
    }
  }
}
