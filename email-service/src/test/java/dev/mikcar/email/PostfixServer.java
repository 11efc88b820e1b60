package dev.mikcar.email;

import dev.mikcar.test.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Debian's Postfix with a queue of its own, on free ports. Takes mail for bob@example.org and
 * carol@example.org, of at most a million bytes. Only root can start it.
 */
final class PostfixServer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/postfix");

  /** The services of Debian's master.cf that sending to a mailbox takes. */
  private static final String SERVICES =
      """
      127.0.0.1:%d inet n - n - - smtpd
      127.0.0.1:%d inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
      pickup unix n - n 60 1 pickup
      cleanup unix n - n - 0 cleanup
      qmgr unix n - n 300 1 qmgr
      tlsmgr unix - - n 1000? 1 tlsmgr
      rewrite unix - - n - - trivial-rewrite
      bounce unix - - n - 0 bounce
      defer unix - - n - 0 bounce
      trace unix - - n - 0 bounce
      proxymap unix - - n - - proxymap
      error unix - - n - - error
      retry unix - - n - - error
      virtual unix - n n - - virtual
      anvil unix - - n - 1 anvil
      postlog unix-dgram n - n - 1 postlogd
      """;

  private final Path folder;
  private final int port;
  private final int tlsPort;
  private final Process process;
  private final Thread hook = new Thread(this::stop);

  private PostfixServer(Path folder, Path certificate) throws IOException {
    this.folder = folder;
    this.port = freePort();
    this.tlsPort = freePort();
    configure(certificate);
    process =
        new ProcessBuilder(PROGRAM.toString(), "-c", configuration().toString(), "start-fg")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(hook);
    Await.until("Postfix listens", Duration.ofSeconds(30), () -> answers(port) && answers(tlsPort));
  }

  /** Why it cannot be started here; empty when it can. */
  static String whyNot() {
    if (!Files.isExecutable(PROGRAM)) {
      return "there is no Postfix (Debian: postfix)";
    }
    return "root".equals(System.getProperty("user.name")) ? "" : "only root can start Postfix";
  }

  /**
   * Starts it.
   *
   * @param folder that others may look into, for the mailboxes are not root's
   */
  static PostfixServer start(Path folder, Path certificate) throws IOException {
    return new PostfixServer(folder, certificate);
  }

  private Path configuration() {
    return folder.resolve("conf");
  }

  private void configure(Path certificate) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String name : List.of("conf", "queue", "data", "mail")) {
      Files.createDirectory(folder.resolve(name));
    }
    own("data", "postfix");
    own("mail", "nobody");
    int nobody = (int) Files.getAttribute(folder.resolve("mail"), "unix:uid");
    Files.writeString(configuration().resolve("master.cf"), SERVICES.formatted(port, tlsPort));
    Files.writeString(
        configuration().resolve("main.cf"),
        """
        compatibility_level = 3.6
        queue_directory = %1$s/queue
        data_directory = %1$s/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        myhostname = localhost
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mydestination =
        alias_maps =
        virtual_mailbox_domains = example.org
        virtual_mailbox_base = %1$s/mail
        virtual_mailbox_maps = inline:{ bob@example.org=bob/ carol@example.org=carol/ 用户@example.org=user/ }
        virtual_uid_maps = static:%2$d
        virtual_gid_maps = static:%2$d
        virtual_minimum_uid = 1
        smtpd_tls_cert_file = %3$s
        smtpd_tls_key_file = %4$s
        smtpd_tls_security_level = may
        smtpd_relay_restrictions = reject_unauth_destination
        message_size_limit = 1000000
        maillog_file = %1$s/maillog
        maillog_file_prefixes = %1$s
        """
            .formatted(folder, nobody, certificate, Certificates.keyOf(certificate)));
  }

  private void own(String name, String user) throws IOException {
    UserPrincipal owner =
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
    Files.setOwner(folder.resolve(name), owner);
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }

  private boolean answers(int port) {
    if (!process.isAlive()) {
      throw new AssertionError("Postfix has ended; see " + folder.resolve("maillog"));
    }
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** STARTTLS is offered there. */
  int port() {
    return port;
  }

  /** TLS from the first byte. */
  int tlsPort() {
    return tlsPort;
  }

  /** The messages in a mailbox, as they were delivered. */
  List<String> mailbox(String name) {
    Path box = folder.resolve("mail").resolve(name).resolve("new");
    if (!Files.isDirectory(box)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(box)) {
      List<String> messages = new java.util.ArrayList<>();
      for (Path file : files.toList()) {
        messages.add(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
      }
      return messages;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void stop() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
  }

  @Override
  public void close() {
    stop();
    Runtime.getRuntime().removeShutdownHook(hook);
    Await.until("Postfix has ended", Duration.ofSeconds(20), () -> !process.isAlive());
  }
}
