package dev.mikcar.email;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A certificate authority made on the spot by OpenSSL, in a folder of a test. */
public final class Certificates {
  private static final String CONFIGURATION =
      """
      [ca]
      default_ca = here
      [here]
      database = index.txt
      new_certs_dir = .
      rand_serial = yes
      default_md = sha256
      policy = any
      copy_extensions = copy
      unique_subject = no
      [any]
      commonName = supplied
      """;

  private final Path folder;

  private Certificates(Path folder) {
    this.folder = folder;
  }

  /** A new one. */
  public static Certificates in(Path folder) throws IOException {
    Certificates made = new Certificates(folder);
    Files.writeString(folder.resolve("ca.cnf"), CONFIGURATION);
    Files.writeString(folder.resolve("index.txt"), "");
    made.openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=ca",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem");
    return made;
  }

  /** What to trust. */
  public Path ca() {
    return folder.resolve("ca.pem");
  }

  /** That of a server, and its key beside it as {@code .key}. */
  public Path of(String name, String alternatives) throws IOException {
    return of(name, alternatives, "20250101000000Z", "20991231235959Z");
  }

  /** The same, of another time. */
  public Path of(String name, String alternatives, String from, String to) throws IOException {
    openssl(
        "req",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=" + alternatives,
        "-keyout",
        name + ".key",
        "-out",
        name + ".csr");
    openssl(
        "ca",
        "-batch",
        "-notext",
        "-config",
        "ca.cnf",
        "-cert",
        "ca.pem",
        "-keyfile",
        "ca.key",
        "-in",
        name + ".csr",
        "-out",
        name + ".pem",
        "-startdate",
        from,
        "-enddate",
        to);
    return folder.resolve(name + ".pem");
  }

  /** The key of a certificate. */
  public static Path keyOf(Path certificate) {
    String name = certificate.getFileName().toString().replaceFirst("pem$", "key");
    return certificate.resolveSibling(name);
  }

  /** Both of them as a store for servers of the JVM; its password is {@code changeit}. */
  public Path store(Path certificate) throws IOException {
    openssl(
        "pkcs12",
        "-export",
        "-in",
        certificate.toString(),
        "-inkey",
        keyOf(certificate).toString(),
        "-out",
        certificate + ".p12",
        "-passout",
        "pass:changeit");
    return Path.of(certificate + ".p12");
  }

  private void openssl(String... arguments) throws IOException {
    openssl(folder, arguments);
  }

  /** Runs OpenSSL in a folder. */
  public static void openssl(Path folder, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(command + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
