package dev.mikcar.storage.gcs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** What the stub answers about objects that are there. */
final class StubObjects {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d*)-(\\d*)");
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final long MEBIBYTE = 1 << 20;

  private final StubBuckets buckets;
  private final Map<String, Rewriting> rewritings = new ConcurrentHashMap<>();
  private volatile long rewritingStep = Long.MAX_VALUE;

  private record Rewriting(List<String> path, long generation, long done) {}

  StubObjects(StubBuckets buckets) {
    this.buckets = buckets;
  }

  /** How many bytes one request copies at most. */
  void rewritingStep(long bytes) {
    rewritingStep = bytes;
  }

  /** {@code b/{bucket}/o…} after so many parts of the path. */
  void route(StubRequest request, int skip) throws IOException {
    List<String> path = request.path().subList(skip, request.path().size());
    boolean isObject =
        path.size() >= 4 && path.get(0).equals("b") && path.get(2).equals("o") && skip >= 2;
    boolean isRewriting =
        path.size() == 9
            && List.of("rewriteTo", "b").equals(path.subList(4, 6))
            && path.get(7).equals("o");
    if (path.size() == 3 && path.get(0).equals("b") && path.get(2).equals("o")) {
      only(request, "GET");
      request.answer(200, buckets.list(path.get(1), request));
    } else if (isObject && isRewriting) {
      only(request, "POST");
      rewrite(path, request);
    } else if (isObject && path.size() == 4) {
      object(path.get(1), path.get(3), request);
    } else {
      throw new StubError(404, "notFound", "Not Found");
    }
  }

  private static void only(StubRequest request, String method) {
    if (!request.method().equals(method)) {
      throw new StubError(405, "methodNotAllowed", "Method Not Allowed");
    }
  }

  private void object(String bucket, String name, StubRequest request) throws IOException {
    if (request.method().equals("DELETE")) {
      buckets.delete(bucket, name, request);
      request.answer(204);
      return;
    }
    only(request, "GET");
    request.parameter("projection");
    Optional<String> alt = request.parameter("alt");
    boolean isDownload = request.isBelow("download");
    if (alt.filter(a -> a.equals("media")).isEmpty()) {
      if (isDownload) {
        throw StubError.invalid("alt=media is missing");
      }
      ObjectNode resource = buckets.get(bucket, name, request).resource();
      request.refuseOthers();
      request.answer(200, resource);
      return;
    }
    StubObject object;
    FileChannel file;
    synchronized (buckets) {
      object = buckets.get(bucket, name, request);
      // Once it is open it stays, also when it is replaced.
      file = FileChannel.open(object.content());
    }
    try (file) {
      request.refuseOthers();
      media(object, file, request);
    }
  }

  private static void media(StubObject object, FileChannel file, StubRequest request)
      throws IOException {
    String coding = object.described("contentEncoding", "");
    request
        .set("Content-Type", object.described("contentType", "application/octet-stream"))
        .set("X-Goog-Generation", Long.toString(object.generation()))
        .set("X-Goog-Metageneration", Long.toString(object.metageneration()))
        .set("X-Goog-Stored-Content-Length", Long.toString(object.size()))
        .set("X-Goog-Stored-Content-Encoding", coding.isEmpty() ? "identity" : coding)
        .set("X-Goog-Hash", "crc32c=" + object.hashes().crc32c() + ",md5=" + object.hashes().md5())
        .set("X-Goog-Storage-Class", "STANDARD")
        .set("ETag", object.etag())
        .set("Last-Modified", DATE.format(object.updated()));
    InputStream stream = Channels.newInputStream(file);
    if (coding.equals("gzip") && !request.header("Accept-Encoding").orElse("").contains("gzip")) {
      // Decompressive transcoding: the length is not known, and ranges are ignored.
      byte[] plain = new GZIPInputStream(stream).readAllBytes();
      request.stream(200, plain.length, new ByteArrayInputStream(plain));
      return;
    }
    if (!coding.isEmpty()) {
      request.set("Content-Encoding", coding);
    }
    Matcher range = RANGE.matcher(request.header("Range").orElse(""));
    if (!range.matches()) {
      request.stream(200, object.size(), stream);
      return;
    }
    long[] slice = slice(range, object.size());
    file.position(slice[0]);
    request.set("Content-Range", "bytes " + slice[0] + "-" + slice[1] + "/" + object.size());
    long length = slice[1] - slice[0] + 1;
    request.stream(206, length, new Limited(stream, length));
  }

  private static long[] slice(Matcher range, long size) {
    boolean isSuffix = range.group(1).isEmpty();
    long first =
        isSuffix
            ? Math.max(0, size - Long.parseLong(range.group(2)))
            : Long.parseLong(range.group(1));
    long last =
        isSuffix || range.group(2).isEmpty()
            ? size - 1
            : Math.min(size - 1, Long.parseLong(range.group(2)));
    if (first > last) {
      throw new StubError(
          416, "requestedRangeNotSatisfiable", "The requested range cannot be satisfied.");
    }
    return new long[] {first, last};
  }

  /** So many bytes of another stream. */
  private static final class Limited extends InputStream {
    private final InputStream all;
    private long left;

    Limited(InputStream all, long left) {
      this.all = all;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = all.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }
  }

  private void rewrite(List<String> path, StubRequest request) throws IOException {
    Optional<Long> wanted = request.number("sourceGeneration");
    Optional<Long> source = request.number("ifSourceGenerationMatch");
    Optional<Long> step = request.number("maxBytesRewrittenPerCall");
    Optional<String> token = request.parameter("rewriteToken");
    StubBuckets.Conditions conditions = StubBuckets.Conditions.of(request);
    request.parameter("projection");
    request.refuseOthers();
    StubObject from =
        buckets
            .find(path.get(1), path.get(3))
            .filter(object -> wanted.filter(w -> w != object.generation()).isEmpty())
            .orElseThrow(() -> StubError.noObject(path.get(1), path.get(3)));
    if (source.filter(s -> s != from.generation()).isPresent()) {
      throw StubError.unmet();
    }
    if (step.filter(s -> s % MEBIBYTE != 0).isPresent()) {
      throw StubError.invalid("maxBytesRewrittenPerCall is no multiple of 1 MiB");
    }
    Rewriting before =
        token
            .map(rewritings::get)
            .orElseGet(() -> new Rewriting(path, from.generation(), token.isEmpty() ? 0 : -1));
    if (!before.path().equals(path)
        || before.generation() != from.generation()
        || before.done() < 0) {
      throw StubError.invalid("The rewrite token is not one of this request");
    }
    long more = Math.min(rewritingStep, step.orElse(rewritingStep));
    long done = before.done() + Math.min(more, from.size() - before.done());
    ObjectNode answer =
        StubRequest.JSON
            .createObjectNode()
            .put("kind", "storage#rewriteResponse")
            .put("totalBytesRewritten", Long.toString(done))
            .put("objectSize", Long.toString(from.size()))
            .put("done", done == from.size());
    if (done < from.size()) {
      String next = UUID.randomUUID().toString();
      rewritings.put(next, new Rewriting(path, from.generation(), done));
      answer.put("rewriteToken", next);
    } else {
      answer.set("resource", copy(from, path, request, conditions).resource());
    }
    request.answer(200, answer);
  }

  private StubObject copy(
      StubObject from, List<String> path, StubRequest request, StubBuckets.Conditions conditions)
      throws IOException {
    // Headers in the body are instead of all those of the source.
    ObjectNode described =
        request.json() instanceof ObjectNode given && !given.isEmpty()
            ? given
            : from.described().deepCopy().without(List.of("name", "crc32c", "md5Hash"));
    Path content = buckets.newFile();
    Files.copy(from.content(), content);
    return buckets.insert(path.get(6), path.get(8), described, content, conditions);
  }

  /** {@code /{bucket}/{object}} of the XML API, with a URL that was signed. */
  void signed(StubRequest request) throws IOException {
    List<String> path = request.path();
    String name = String.join("/", path.subList(1, path.size()));
    if (request.method().equals("PUT")) {
      Path content = buckets.newFile();
      Files.copy(request.body(), content);
      ObjectNode described = StubRequest.JSON.createObjectNode();
      request.header("Content-Type").ifPresent(type -> described.put("contentType", type));
      buckets.insert(path.get(0), name, described, content, StubBuckets.Conditions.NONE);
      request.answer(200);
      return;
    }
    only(request, "GET");
    StubObject object =
        buckets.find(path.get(0), name).orElseThrow(() -> StubError.noObject(path.get(0), name));
    try (FileChannel file = FileChannel.open(object.content())) {
      media(object, file, request);
    }
  }
}
