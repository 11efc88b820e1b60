package dev.mikcar.test;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a process serves, from the line it logs then. */
record Address(String host, int port, @Nullable Path socket) {
  private static final Pattern LINE =
      Pattern.compile("Serving .* on https?://(\\S+):(\\d+)(?: and unix://(.+))?\\R");
  private static final Set<String> ANY = Set.of("0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0");

  static Optional<Address> in(String log) {
    Matcher line = LINE.matcher(log);
    if (!line.find()) {
      return Optional.empty();
    }
    String socket = line.group(3);
    return Optional.of(
        new Address(
            line.group(1),
            Integer.parseInt(line.group(2)),
            socket == null ? null : Path.of(socket)));
  }

  /** The host, or the loopback address for a process that serves all addresses. */
  String reachableHost() {
    return ANY.contains(host) ? "127.0.0.1" : host;
  }
}
