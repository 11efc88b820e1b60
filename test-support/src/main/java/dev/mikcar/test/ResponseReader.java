package dev.mikcar.test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads HTTP/1.1 as RFC 9112 has it, and forgives nothing: a sloppy answer is a finding. */
final class ResponseReader {
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3}) .*");
  private static final Pattern FIELD_LINE =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*");
  private static final Pattern CHUNK_SIZE = Pattern.compile("([0-9A-Fa-f]{1,7})[ \t]*(;.*)?");
  private static final int SWITCHING_PROTOCOLS = 101;

  private final Wire wire;

  ResponseReader(Wire wire) {
    this.wire = wire;
  }

  /** The next final answer to the method; interim ones (1xx) are read and dropped. */
  Response read(String method) throws IOException {
    while (true) {
      String line = wire.readLine();
      Matcher matcher = match(STATUS_LINE, line, "status line");
      int status = Integer.parseInt(matcher.group(1));
      Map<String, List<String>> headers = fields();
      if (status >= 200 || status == SWITCHING_PROTOCOLS) {
        return new Response(status, headers, body(method, status, headers));
      }
    }
  }

  /** RFC 9112 section 6.3. */
  private byte[] body(String method, int status, Map<String, List<String>> headers)
      throws IOException {
    List<String> encodings = headers.getOrDefault("Transfer-Encoding", List.of());
    List<String> lengths = headers.getOrDefault("Content-Length", List.of());
    if (!encodings.isEmpty() && !lengths.isEmpty()) {
      throw new ProtocolException("both Content-Length and Transfer-Encoding");
    }
    if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
      return new byte[0];
    }
    if (!encodings.isEmpty()) {
      if (encodings.size() > 1 || !encodings.getFirst().equalsIgnoreCase("chunked")) {
        throw new ProtocolException("Transfer-Encoding " + encodings);
      }
      return chunks();
    }
    if (!lengths.isEmpty()) {
      return wire.read(length(lengths));
    }
    return wire.readToEnd();
  }

  private static int length(List<String> lengths) throws ProtocolException {
    if (new HashSet<>(lengths).size() > 1 || !lengths.getFirst().matches("\\d{1,10}")) {
      throw new ProtocolException("Content-Length " + lengths);
    }
    return Math.toIntExact(Long.parseLong(lengths.getFirst()));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String line = wire.readLine();
      int size = Integer.parseInt(match(CHUNK_SIZE, line, "chunk size").group(1), 16);
      if (size == 0) {
        fields(); // The trailers.
        return body.toByteArray();
      }
      body.write(wire.read(size));
      String rest = wire.readLine();
      if (!rest.isEmpty()) {
        throw new ProtocolException("a chunk longer than its size by: " + rest);
      }
    }
  }

  private Map<String, List<String>> fields() throws IOException {
    Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = wire.readLine(); !line.isEmpty(); line = wire.readLine()) {
      Matcher field = match(FIELD_LINE, line, "header");
      fields.computeIfAbsent(field.group(1), name -> new ArrayList<>()).add(field.group(2));
    }
    return fields;
  }

  private static Matcher match(Pattern pattern, String line, String what) throws ProtocolException {
    Matcher matcher = pattern.matcher(line);
    if (!matcher.matches()) {
      throw new ProtocolException("not a " + what + ": " + line);
    }
    return matcher;
  }
}
