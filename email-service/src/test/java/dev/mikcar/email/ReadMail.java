package dev.mikcar.email;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What another library, Python's, makes of a message as it came over the wire. */
public final class ReadMail {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReadMail() {}

  /**
   * @param message as SMTP has it, dots doubled, a byte a character
   */
  public static JsonNode of(String message) throws IOException {
    String whole = message.replaceAll("(?m)^\\.\\.", ".");
    return run("src/test/python/read_mail.py", whole.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The JSON that a script of ours says of its input. */
  public static JsonNode run(String script, byte[] input, String... arguments) throws IOException {
    java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of(python(), script));
    command.addAll(java.util.List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input);
    }
    byte[] said = process.getInputStream().readAllBytes();
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(command + " failed: " + new String(said, StandardCharsets.UTF_8));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return JSON.readTree(said);
  }

  /** That of this checkout, which has what {@code ./verify} installed. */
  private static String python() {
    Path own = Path.of("target/dkimpy/bin/python3");
    return own.toFile().canExecute() ? own.toString() : "python3";
  }
}
