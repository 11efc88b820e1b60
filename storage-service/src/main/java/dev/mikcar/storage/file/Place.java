package dev.mikcar.storage.file;

import dev.mikcar.storage.store.ObjectPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an object is on disk: the folders on the way, and its file.
 *
 * <p>Names are such that every file system can hold them and keep them apart: lower-case letters,
 * digits and most signs stand for themselves, an upper-case letter is {@code ^} and the lower-case
 * one, any other byte is {@code %} and two hex digits. What no name of a file can end with marks
 * folders: {@code a%} has the objects below {@code a/}, so that {@code a} can be an object too, and
 * {@code x%+} the names that begin with the {@link #CHUNK} bytes {@code x} and go on.
 *
 * @param folders outermost first
 * @param file the name of the file in the last of them
 */
record Place(List<String> folders, String file) {
  /** Longer parts are cut, since a file name has at most 255 bytes and a byte may take three. */
  static final int CHUNK = 80;

  private static final String FOLDER = "%";
  private static final String GOES_ON = "%+";
  private static final String PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789-_.~!$&'()+,;=@[]{}# ";

  private static final byte[] DOT = {'.'};
  private static final byte[] DOTS = {'.', '.'};

  static Place of(ObjectPath path) {
    List<String> parts = path.parts();
    List<String> folders = folders(parts.subList(0, parts.size() - 1));
    byte[] rest = path.name().getBytes(StandardCharsets.UTF_8);
    while (rest.length > CHUNK) {
      rest = cut(rest, folders);
    }
    return new Place(List.copyOf(folders), encode(rest));
  }

  /** The folders that the objects are in whose paths begin with these parts. */
  static List<String> folders(List<String> parts) {
    List<String> folders = new ArrayList<>();
    for (String part : parts) {
      byte[] rest = part.getBytes(StandardCharsets.UTF_8);
      // One of exactly that length too: its folder is listed among the names that go on.
      while (rest.length >= CHUNK) {
        rest = cut(rest, folders);
      }
      folders.add(encode(rest) + FOLDER);
    }
    return folders;
  }

  private static byte[] cut(byte[] name, List<String> folders) {
    folders.add(encode(Arrays.copyOf(name, CHUNK)) + GOES_ON);
    return Arrays.copyOfRange(name, CHUNK, name.length);
  }

  private static String encode(byte[] name) {
    StringBuilder encoded = new StringBuilder(name.length + 8);
    // The rest of a part that was cut can be a dot or two.
    boolean dots = Arrays.equals(name, DOT) || Arrays.equals(name, DOTS);
    for (byte b : name) {
      char c = (char) (b & 0xff);
      if (PLAIN.indexOf(c) >= 0 && !dots) {
        encoded.append(c);
      } else if (c >= 'A' && c <= 'Z') {
        encoded.append('^').append((char) (c + 'a' - 'A'));
      } else {
        HexFormat.of().toHexDigits(encoded.append('%'), b);
      }
    }
    return encoded.toString();
  }

  /**
   * What a name on disk stands for. Ordered as the paths are.
   *
   * @param key the bytes of the path that it adds; behind those of a folder stands the slash, and
   *     behind those of names that go on a zero, which no path has: they come after the object that
   *     is called so, and before all else
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared as such.
  record Name(byte[] key) implements Comparable<Name> {
    private static final byte SLASH = '/';

    /** Null for a name that this class never gives. */
    static @Nullable Name of(String onDisk) {
      boolean goesOn = onDisk.endsWith(GOES_ON);
      boolean folder = onDisk.endsWith(FOLDER);
      int length = onDisk.length() - (goesOn ? GOES_ON.length() : folder ? FOLDER.length() : 0);
      byte[] key = new byte[length + 1];
      int size = 0;
      for (int i = 0; i < length; i++) {
        char c = onDisk.charAt(i);
        if (c == '%' && length > i + 2 && isHex(onDisk, i + 1)) {
          key[size++] = (byte) HexFormat.fromHexDigits(onDisk, i + 1, i + 3);
          i += 2;
        } else if (c == '^' && length > i + 1) {
          i++;
          key[size++] = (byte) (onDisk.charAt(i) - 'a' + 'A');
        } else if (PLAIN.indexOf(c) >= 0) {
          key[size++] = (byte) c;
        } else {
          return null;
        }
      }
      if (folder) {
        key[size++] = SLASH;
      } else if (goesOn) {
        key[size++] = 0;
      }
      return onDisk.isEmpty() ? null : new Name(Arrays.copyOf(key, size));
    }

    private static boolean isHex(String text, int at) {
      return HexFormat.isHexDigit(text.charAt(at)) && HexFormat.isHexDigit(text.charAt(at + 1));
    }

    /** The least of the names whose paths begin so, or of the folders that lead there. */
    static Name leastOf(byte[] path) {
      int slash = 0;
      while (slash < path.length && path[slash] != SLASH) {
        slash++;
      }
      return new Name(Arrays.copyOf(path, Math.min(CHUNK, Math.min(slash + 1, path.length))));
    }

    /** The least name that comes after it. */
    Name successor() {
      return new Name(Arrays.copyOf(key, key.length + 1));
    }

    private boolean endsWith(int last) {
      return key.length > 0 && key[key.length - 1] == last;
    }

    /** Whether it is an object, rather than a folder of some. */
    boolean isFile() {
      return !endsWith(SLASH) && !endsWith(0);
    }

    /** The bytes of the path that it adds, with the slash when it is a folder. */
    byte[] bytes() {
      return endsWith(0) ? Arrays.copyOf(key, key.length - 1) : key;
    }

    /** How it is called on disk. */
    String onDisk() {
      return isFile()
          ? encode(key)
          : encode(Arrays.copyOf(key, key.length - 1)) + (endsWith(0) ? GOES_ON : FOLDER);
    }

    @Override
    public int compareTo(Name other) {
      return Arrays.compareUnsigned(key, other.key);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Name name && Arrays.equals(key, name.key);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(key);
    }
  }
}
