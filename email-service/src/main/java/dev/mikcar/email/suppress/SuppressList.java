package dev.mikcar.email.suppress;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.log.LastingTrouble;
import dev.mikcar.common.settings.SettingException;
import dev.mikcar.email.mail.MailAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that nothing is sent to, from a file of one a line; an at sign and a domain are all of
 * the domain. Empty lines and what follows a {@code #} are left out. Case does not count. The file
 * is read again when it is another one than before; while it cannot be read, what it had holds. For
 * use by many at once; blocks while it reads.
 */
public final class SuppressList {
  private static final Logger LOG = Logger.getLogger(SuppressList.class);
  private static final String VARIABLE = "EMAIL_SUPPRESS";

  private final Path file;
  private final Lock lock = new ReentrantLock();
  private final LastingTrouble trouble = new LastingTrouble(LOG, VARIABLE);
  private @Nullable Version version;
  private Set<String> addresses = Set.of();

  /** What tells a file from what it was. */
  private record Version(FileTime changed, long size, @Nullable Object key) {
    static Version of(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(now.lastModifiedTime(), now.size(), now.fileKey());
    }
  }

  private SuppressList(Path file) {
    this.file = file;
  }

  /**
   * The list of a file.
   *
   * @throws SettingException when it cannot be read
   */
  public static SuppressList in(Path file) {
    SuppressList list = new SuppressList(file);
    try {
      list.read();
      return list;
    } catch (IOException e) {
      throw new SettingException(
          VARIABLE,
          "the file '" + file + "' cannot be read",
          "a file of addresses, one a line, in UTF-8");
    }
  }

  /** Whether the address, or its whole domain, is on it now. */
  public boolean has(MailAddress address) {
    lock.lock();
    try {
      try {
        read();
        trouble.isOver();
      } catch (IOException e) {
        trouble.is("the file cannot be read; what it had before holds", e);
      }
      return addresses.contains(folded(address)) || addresses.contains("@" + address.domain());
    } finally {
      lock.unlock();
    }
  }

  private void read() throws IOException {
    Version now = Version.of(file);
    if (Objects.equals(now, version)) {
      return;
    }
    Set<String> read = new HashSet<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      String text = line.replaceFirst("#.*", "").strip();
      if (!text.isEmpty()) {
        add(read, text, number);
      }
    }
    addresses = read;
    version = now;
    LOG.infof("%s: %d addresses and domains get no mail", VARIABLE, read.size());
  }

  private static void add(Set<String> read, String text, int number) {
    try {
      boolean domain = text.startsWith("@");
      MailAddress address = MailAddress.parse("line", domain ? "x" + text : text);
      read.add(domain ? "@" + address.domain() : folded(address));
    } catch (ApiException e) {
      LOG.warnf("%s: line %d is no address and is left out", VARIABLE, number);
    }
  }

  private static String folded(MailAddress address) {
    return address.address().toLowerCase(Locale.ROOT);
  }
}
