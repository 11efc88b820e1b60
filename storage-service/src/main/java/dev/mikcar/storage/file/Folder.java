package dev.mikcar.storage.file;

import dev.mikcar.common.error.ApiException;
import dev.mikcar.common.files.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The open folder of a store: {@code objects/}, where {@link Place} says, {@code tmp/}, where they
 * are written before they are moved there, and a file whose lock keeps other processes out.
 */
final class Folder implements AutoCloseable {
  /** A folder may be pruned while an object is about to be moved into it. */
  private static final int ATTEMPTS = 100;

  /** With less room left the store is not ready, bytes. */
  private static final long LEAST_ROOM = 1 << 20;

  private static final int PAGE = 4096;

  private final Path path;
  private final @Nullable Object identity;
  private final FileChannel lock;
  private final Directory objects;
  private final Directory temporary;
  private final Names names = new Names();

  /** Read: folders are used; write: folders are made, so that one seen is on stable storage. */
  private final ReentrantReadWriteLock making = new ReentrantReadWriteLock();

  private Folder(Path path, FileChannel lock) throws IOException {
    this.path = path;
    this.lock = lock;
    PrivateFiles.folder(path.resolve("objects"));
    PrivateFiles.folder(path.resolve("tmp"));
    this.identity = identity(path);
    try (Directory root = Directory.open(path)) {
      root.sync();
      this.objects = root.child("objects");
      this.temporary = root.child("tmp");
    }
    collectLeftovers();
  }

  /**
   * Opens it, and makes it when it is not there.
   *
   * @throws ApiException.BackendUnavailable when another process has it
   */
  @SuppressWarnings("MustBeClosed") // The lock lives as long as the folder, which closes it.
  static Folder open(Path path) throws IOException {
    PrivateFiles.folder(path);
    FileChannel lock =
        PrivateFiles.open(
            path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw new ApiException.BackendUnavailable("another process has the folder", 1);
      }
      return new Folder(path, lock);
    } catch (OverlappingFileLockException e) {
      lock.close();
      throw new ApiException.BackendUnavailable("this process has the folder already", 1);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static @Nullable Object identity(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** What a process that was killed was writing. */
  private void collectLeftovers() throws IOException {
    List<String> names = new ArrayList<>();
    temporary.forEach(names::add);
    for (String name : names) {
      try {
        temporary.deleteFile(name);
      } catch (IOException e) {
        temporary.deleteDirectory(name);
      }
    }
  }

  /** Whether the path still leads to it: it may have been taken away and put back. */
  boolean isCurrent() {
    try {
      return Objects.equals(identity, identity(path));
    } catch (IOException e) {
      return false;
    }
  }

  /** Where the tree of objects begins. */
  Directory objects() {
    return objects;
  }

  /** Where objects are written. */
  Directory temporary() {
    return temporary;
  }

  /** The names in the tree of objects. */
  Names names() {
    return names;
  }

  static String temporaryName() {
    return UUID.randomUUID().toString();
  }

  /** What is done in the folder of an object. */
  interface Work<T> {
    T in(Directory folder) throws IOException;
  }

  /**
   * Works in the folder of an object.
   *
   * @throws NoSuchFileException when there is no such folder
   */
  <T> T in(Place place, Work<T> work) throws IOException {
    return in(objects, place.folders(), work);
  }

  private static <T> T in(Directory from, List<String> folders, Work<T> work) throws IOException {
    if (folders.isEmpty()) {
      return work.in(from);
    }
    Directory current = from.child(folders.getFirst());
    try {
      for (String name : folders.subList(1, folders.size())) {
        Directory outer = current;
        current = outer.child(name);
        outer.close();
      }
      return work.in(current);
    } catch (NotDirectoryException e) {
      throw new IOException("something that is no folder is in the way", e);
    } finally {
      current.close();
    }
  }

  /** The file of an object, to be read. */
  FileChannel read(Place place) throws IOException {
    return in(place, folder -> folder.read(place.file()));
  }

  /**
   * Moves a file to where an object is, in place of an earlier one; on stable storage afterwards.
   */
  void moveIn(Directory from, String name, Place place) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        makeFolders(place.folders());
        in(
            place,
            folder -> {
              from.move(name, folder, place.file());
              names.added(place.folders(), place.file());
              folder.sync();
              return true;
            });
        return;
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      } catch (IOException e) {
        // The folders that were made for it.
        prune(place);
        throw e;
      }
    }
  }

  /** Those that are not there, each on stable storage before anybody uses it. */
  private void makeFolders(List<String> folders) throws IOException {
    making.readLock().lock();
    try {
      if (folders.isEmpty() || in(objects, folders, ignored -> true)) {
        return;
      }
    } catch (NoSuchFileException e) {
      // They are made below.
    } finally {
      making.readLock().unlock();
    }
    making.writeLock().lock();
    try {
      Directory current = objects;
      try {
        for (int depth = 0; depth < folders.size(); depth++) {
          Directory outer = current;
          current = childOrNew(outer, folders.subList(0, depth), folders.get(depth));
          if (outer != objects) {
            outer.close();
          }
        }
      } finally {
        if (current != objects) {
          current.close();
        }
      }
    } finally {
      making.writeLock().unlock();
    }
  }

  private Directory childOrNew(Directory folder, List<String> folders, String name)
      throws IOException {
    try {
      return folder.child(name);
    } catch (NoSuchFileException e) {
      // Made elsewhere and moved: that is done relative to the open folder.
      String fresh = temporaryName();
      PrivateFiles.folder(path.resolve("tmp").resolve(fresh));
      try {
        temporary.move(fresh, folder, name);
      } catch (IOException notMoved) {
        temporary.deleteDirectory(fresh);
        throw notMoved;
      }
      names.added(folders, name);
      folder.sync();
      return folder.child(name);
    }
  }

  /** Removes the folders of an object that was deleted, as far as nothing is in them. */
  void prune(Place place) throws IOException {
    try {
      for (int depth = place.folders().size(); depth > 0; depth--) {
        String innermost = place.folders().get(depth - 1);
        in(
            objects,
            place.folders().subList(0, depth - 1),
            folder -> {
              folder.deleteDirectory(innermost);
              return true;
            });
      }
    } catch (DirectoryNotEmptyException | NoSuchFileException e) {
      // As far as it goes.
    }
  }

  /**
   * Whether there is room for an object: that one can be written, as an object is, does not say how
   * much of it.
   *
   * @throws IOException when there is none
   */
  void requireRoom() throws IOException {
    FileStore disk = Files.getFileStore(path);
    // Some that are elsewhere know no sizes, and say 0 of all.
    if (disk.getTotalSpace() > 0 && disk.getUsableSpace() < LEAST_ROOM) {
      throw new FullException();
    }
    String name = temporaryName();
    try (FileChannel file = temporary.create(name)) {
      ByteBuffer page = ByteBuffer.allocate(PAGE);
      while (page.hasRemaining()) {
        file.write(page);
      }
      file.force(false);
    } finally {
      discard(name);
    }
  }

  /** Deletes what was being written, if it is there. */
  void discard(String name) throws IOException {
    try {
      temporary.deleteFile(name);
    } catch (NoSuchFileException e) {
      // It was moved, and what came after that failed.
    }
  }

  /** The disk is full. */
  static final class FullException extends IOException {
    private static final long serialVersionUID = 1L;

    FullException() {
      super("No space left on device");
    }
  }

  @Override
  public void close() throws IOException {
    try (lock;
        temporary) {
      objects.close();
    }
  }
}
