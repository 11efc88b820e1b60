package dev.mikcar.storage.gcs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Objects on their way into the stub: in one request, or in a session. */
final class StubUploads {
  private static final int GRAIN = 256 << 10;
  private static final Pattern BOUNDARY =
      Pattern.compile("multipart/related; ?boundary=\"?([^\"]+)\"?");
  private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");
  private static final Pattern ASKING = Pattern.compile("bytes \\*/(\\d+|\\*)");

  private final StubBuckets buckets;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private volatile int mostGrains = Integer.MAX_VALUE;

  StubUploads(StubBuckets buckets) {
    this.buckets = buckets;
  }

  /** The store may keep less of a piece than it was sent, in grains of 256 KiB. */
  void keepAtMost(int grains) {
    mostGrains = grains;
  }

  int unfinished() {
    return (int) sessions.values().stream().filter(s -> s.object == null).count();
  }

  private static final class Session {
    private final String bucket;
    private final String name;
    private final ObjectNode described;
    private final StubBuckets.Conditions conditions;
    private final Path content;
    private long received;
    private @Nullable StubObject object;

    Session(
        String bucket,
        String name,
        ObjectNode described,
        StubBuckets.Conditions conditions,
        Path content) {
      this.bucket = bucket;
      this.name = name;
      this.described = described;
      this.conditions = conditions;
      this.content = content;
    }
  }

  void begin(String bucket, StubRequest request) throws IOException {
    String type = request.parameter("uploadType").orElse("none");
    switch (type) {
      case "multipart" -> multipart(bucket, request);
      case "resumable" -> resumable(bucket, request);
      default -> throw StubError.invalid("Invalid uploadType: " + type);
    }
  }

  private static String name(StubRequest request, ObjectNode described) {
    Optional<String> asked = request.parameter("name");
    request.parameter("projection");
    String name = described.path("name").asText(asked.orElse(""));
    if (asked.filter(other -> !other.equals(name)).isPresent()) {
      throw StubError.invalid("Two names: " + name + " and " + asked.get());
    }
    return name;
  }

  private void multipart(String bucket, StubRequest request) throws IOException {
    Matcher type = BOUNDARY.matcher(request.header("Content-Type").orElse(""));
    if (!type.matches()) {
      throw StubError.invalid("The body is not multipart/related");
    }
    // Byte for character.
    String body = new String(request.wholeBody(), StandardCharsets.ISO_8859_1);
    String[] parts = ("\r\n" + body).split(Pattern.quote("\r\n--" + type.group(1)), -1);
    if (parts.length != 4 || !parts[0].isEmpty() || !parts[3].strip().equals("--")) {
      throw StubError.invalid("The body does not have two parts");
    }
    JsonNode json = StubRequest.JSON.readTree(content(parts[1], "application/json"));
    if (!(json instanceof ObjectNode described)) {
      throw StubError.invalid("The first part is no object of JSON");
    }
    Path file = buckets.newFile();
    Files.write(file, content(parts[2], described.path("contentType").asText("")));
    String name = name(request, described);
    StubBuckets.Conditions conditions = StubBuckets.Conditions.of(request);
    request.refuseOthers();
    buckets.checkInsertion(bucket, name, described, conditions);
    request.answer(200, buckets.insert(bucket, name, described, file, conditions).resource());
  }

  private static byte[] content(String part, String type) {
    int end = part.indexOf("\r\n\r\n");
    String head = part.substring(0, Math.max(end, 0));
    if (end < 0 || !head.toLowerCase(Locale.ROOT).contains("content-type: " + type)) {
      throw StubError.invalid("A part is not of the type " + type + ": " + head);
    }
    return part.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1);
  }

  private void resumable(String bucket, StubRequest request) throws IOException {
    if (!(request.json() instanceof ObjectNode described)) {
      throw StubError.invalid("The body is no object of JSON");
    }
    String name = name(request, described);
    StubBuckets.Conditions conditions = StubBuckets.Conditions.of(request);
    request.refuseOthers();
    if (!described.has("contentType")) {
      request.header("X-Upload-Content-Type").ifPresent(type -> described.put("contentType", type));
    }
    buckets.checkInsertion(bucket, name, described, conditions);
    String id = UUID.randomUUID().toString();
    Path content = Files.createFile(buckets.newFile());
    sessions.put(id, new Session(bucket, name, described, conditions, content));
    request.set(
        "Location", request.root() + request.rawPath() + "?uploadType=resumable&upload_id=" + id);
    request.answer(200);
  }

  private Session session(StubRequest request) {
    Session session = sessions.get(request.parameter("upload_id").orElse(""));
    request.parameter("uploadType");
    request.refuseOthers();
    if (session == null) {
      throw new StubError(404, "notFound", "There is no such upload");
    }
    return session;
  }

  void cancel(StubRequest request) throws IOException {
    Session session = session(request);
    sessions.values().remove(session);
    Files.delete(session.content);
    request.answer(499);
  }

  void receive(StubRequest request) throws IOException {
    Session session = session(request);
    synchronized (session) {
      String range = request.header("Content-Range").orElse("none");
      Matcher piece = RANGE.matcher(range);
      Matcher asking = ASKING.matcher(range);
      if (piece.matches()) {
        take(session, piece, request);
      } else if (!asking.matches()) {
        throw StubError.invalid("Invalid Content-Range: " + range);
      } else if (request.body().read() >= 0) {
        throw StubError.invalid("A request without a range has a body");
      }
      String total = piece.matches() ? piece.group(3) : asking.group(1);
      if (session.object == null && total.equals(Long.toString(session.received))) {
        request
            .header("X-Goog-Hash")
            .ifPresent(hash -> StubHashes.describe(hash, session.described));
        session.object =
            buckets.insert(
                session.bucket,
                session.name,
                session.described,
                session.content,
                session.conditions);
      }
      answer(session, request);
    }
  }

  /** Remembers what is complete, so that who missed the answer can ask for it. */
  private static void answer(Session session, StubRequest request) throws IOException {
    if (session.object != null) {
      request.answer(200, session.object.resource());
      return;
    }
    if (session.received > 0) {
      request.set("Range", "bytes=0-" + (session.received - 1));
    }
    request.answer(308);
  }

  private void take(Session session, Matcher range, StubRequest request) throws IOException {
    long begin = Long.parseLong(range.group(1));
    long length = Long.parseLong(range.group(2)) - begin + 1;
    boolean last = range.group(3).equals(Long.toString(begin + length));
    if (session.object != null) {
      throw StubError.invalid("The upload is complete");
    }
    if (begin > session.received) {
      throw new StubError(
          503,
          "backendError",
          "According to the Content-Range header, the upload offset is %d, which exceeds already uploaded size of %d"
              .formatted(begin, session.received));
    }
    if ((!last && length % GRAIN != 0)
        || (!range.group(3).equals("*") && !last)
        || !request.header("Content-Length").orElse("").equals(Long.toString(length))) {
      throw StubError.invalid("Invalid piece " + range.group());
    }
    request.body().skipNBytes(session.received - begin);
    long most = Math.min(begin + length, session.received + (long) mostGrains * GRAIN);
    write(session, request.body(), most - session.received);
  }

  private static void write(Session session, InputStream body, long count) throws IOException {
    try (FileChannel file = FileChannel.open(session.content, StandardOpenOption.WRITE)) {
      file.position(session.received);
      byte[] bytes = new byte[1 << 16];
      for (long left = count; left > 0; ) {
        int some = body.readNBytes(bytes, 0, (int) Math.min(bytes.length, left));
        if (some == 0) {
          // What came of a broken request is kept in grains.
          session.received -= session.received % GRAIN;
          throw new EOFException("The body is too short");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, some);
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
        session.received += some;
        left -= some;
      }
    }
    body.transferTo(OutputStream.nullOutputStream());
  }
}
