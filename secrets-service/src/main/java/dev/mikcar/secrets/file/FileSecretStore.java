package dev.mikcar.secrets.file;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.secrets.store.Listing;
import dev.mikcar.secrets.store.ReadOnlyStore;
import dev.mikcar.secrets.store.Secret;
import dev.mikcar.secrets.store.SecretName;
import dev.mikcar.secrets.store.SecretStore;
import dev.mikcar.secrets.store.SecretSummary;
import dev.mikcar.secrets.store.SecretValue;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One file a secret, in a folder as Kubernetes mounts secrets: there, a file is a link into {@code
 * ..data}, which is itself a link that is replaced at once for all. Files whose name begins with
 * {@code ..} are not secrets, and nothing outside of the folder is. The version of a secret is the
 * time its file was written, in nanoseconds.
 */
public final class FileSecretStore implements ReadOnlyStore {
  /** A file that is larger is not read; Kubernetes allows as much for a secret. */
  static final int LARGEST = 1 << 20;

  private static final Logger LOG = Logger.getLogger(FileSecretStore.class);
  private static final Duration LOOKING = Duration.ofSeconds(1);

  /** Folders in folders. Links could make an endless one. */
  private static final int DEPTH = 16;

  /** How often a file that is replaced just now is looked for. */
  private static final int ATTEMPTS = 3;

  private final Path folder;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * @param folder need not be there yet
   */
  public FileSecretStore(Path folder) {
    this.folder = folder;
  }

  @Override
  public String scheme() {
    return "file://";
  }

  @Override
  public <T> Uni<T> call(Supplier<T> call) {
    return Uni.createFrom().item(call).runSubscriptionOn(threads);
  }

  @Override
  public Secret read(SecretName name) {
    Path path = path(name);
    for (int attempt = 1; ; attempt++) {
      try {
        return read(name, path);
      } catch (IOException e) {
        if (attempt < ATTEMPTS) {
          continue; // ..data may have been switched between two looks.
        }
        if (isThere(path)) {
          LOG.warnf("A secret cannot be read: %s", e);
          throw unavailable();
        }
        checkFolder();
        throw SecretStore.notFound();
      }
    }
  }

  private Secret read(SecretName name, Path path) throws IOException {
    Path real = path.toRealPath();
    if (!real.startsWith(folder.toRealPath())) {
      throw SecretStore.notFound();
    }
    BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw SecretStore.notFound();
    }
    try (InputStream file = Files.newInputStream(real)) {
      byte[] value = file.readNBytes(LARGEST + 1);
      if (value.length > LARGEST) {
        throw new ApiException.Conflict(
            "SECRET_TOO_LARGE", "the file of the secret is larger than " + LARGEST + " bytes");
      }
      Instant at = attributes.lastModifiedTime().toInstant();
      return new Secret(name, version(attributes), SecretValue.of(value), null, at, Map.of());
    }
  }

  private static boolean isThere(Path path) {
    return Files.exists(path);
  }

  private void checkFolder() {
    if (!Files.isDirectory(folder)) {
      throw unavailable();
    }
  }

  private static ApiException unavailable() {
    return new ApiException.BackendUnavailable(
        "the folder of the secrets, or the file of this one, cannot be read", 1);
  }

  private Path path(SecretName name) {
    for (String part : name.text().split("/", -1)) {
      if (part.startsWith("..")) {
        throw SecretStore.notFound();
      }
    }
    try {
      return folder.resolve(name.text());
    } catch (InvalidPathException e) {
      throw SecretStore.notFound();
    }
  }

  private static String version(BasicFileAttributes attributes) {
    Instant at = attributes.lastModifiedTime().toInstant();
    return Long.toString(at.getEpochSecond() * 1_000_000_000L + at.getNano());
  }

  @Override
  public Uni<List<SecretSummary>> list(String prefix) {
    return call(
        () -> {
          Listing listing = new Listing();
          look(
              (name, attributes) -> {
                if (name.text().startsWith(prefix)) {
                  Instant at = attributes.lastModifiedTime().toInstant();
                  listing.add(new SecretSummary(name, version(attributes), null, at));
                }
              });
          return listing.sorted();
        });
  }

  /** Shows all files that are secrets. */
  private void look(BiConsumer<SecretName, BasicFileAttributes> found) {
    checkFolder();
    try {
      Path real = folder.toRealPath();
      Files.walkFileTree(
          folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), DEPTH, new Walk(folder, real, found));
    } catch (IOException e) {
      LOG.warnf("The folder of the secrets cannot be read: %s", e);
      throw unavailable();
    }
  }

  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final Path real;
    private final BiConsumer<SecretName, BasicFileAttributes> found;

    Walk(Path folder, Path real, BiConsumer<SecretName, BasicFileAttributes> found) {
      this.folder = folder;
      this.real = real;
      this.found = found;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      return !path.equals(folder) && isHidden(path)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    private static boolean isHidden(Path path) {
      return String.valueOf(path.getFileName()).startsWith("..");
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile() && !isHidden(path) && path.toRealPath().startsWith(real)) {
        try {
          found.accept(new SecretName(folder.relativize(path).toString()), attributes);
        } catch (ApiException.BadRequest e) {
          LOG.debugf("A file whose name is none of a secret: %s", e.getMessage());
        }
      }
      return FileVisitResult.CONTINUE;
    }

    /** Gone meanwhile, or a link that leads nowhere. */
    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
      if (path.equals(folder)) {
        throw e;
      }
      return FileVisitResult.CONTINUE;
    }
  }

  /** Looks every second: no watching of the system's follows links, or works on every volume. */
  @Override
  public void tell(Consumer<SecretName> changed) {
    threads.execute(
        () -> {
          Map<SecretName, String> known = null;
          try {
            do {
              known = changes(known, changed);
            } while (!closing.await(LOOKING.toMillis(), TimeUnit.MILLISECONDS));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private @Nullable Map<SecretName, String> changes(
      @Nullable Map<SecretName, String> known, Consumer<SecretName> changed) {
    Map<SecretName, String> now = new HashMap<>();
    try {
      look((name, attributes) -> now.put(name, version(attributes) + "/" + attributes.fileKey()));
    } catch (ApiException e) {
      return known;
    }
    if (known != null) {
      Set<SecretName> names = new HashSet<>(known.keySet());
      names.addAll(now.keySet());
      for (SecretName name : names) {
        if (!String.valueOf(now.get(name)).equals(String.valueOf(known.get(name)))) {
          changed.accept(name);
        }
      }
    }
    return now;
  }

  @Override
  public Uni<Void> ping() {
    return this.<Boolean>call(
            () -> {
              checkFolder();
              return true;
            })
        .replaceWithVoid();
  }

  @Override
  public void close() {
    closing.countDown();
    threads.shutdownNow();
  }
}
