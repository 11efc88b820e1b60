package dev.mikcar.storage.file;

import dev.mikcar.storage.store.ObjectPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

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
   * What a name on disk stands for.
   *
   * @param bytes the bytes of the path that it adds, with the slash when it is a folder
   * @param isFile whether it is an object, rather than a folder of some
   */
  @SuppressWarnings("ArrayRecordComponent") // Equal by the name on disk.
  record Name(String onDisk, byte[] bytes, boolean isFile) implements Comparable<Name> {
    /** Empty for a name that this class never gives. */
    static Optional<Name> of(String onDisk) {
      boolean goesOn = onDisk.endsWith(GOES_ON);
      boolean folder = onDisk.endsWith(FOLDER);
      String encoded =
          goesOn || folder
              ? onDisk.substring(0, onDisk.length() - (goesOn ? GOES_ON : FOLDER).length())
              : onDisk;
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length() + 1);
      for (int i = 0; i < encoded.length(); i++) {
        char c = encoded.charAt(i);
        if (c == '%' && encoded.length() > i + 2 && isHex(encoded, i + 1)) {
          bytes.write(HexFormat.fromHexDigits(encoded, i + 1, i + 3));
          i += 2;
        } else if (c == '^' && encoded.length() > i + 1) {
          i++;
          bytes.write(encoded.charAt(i) - 'a' + 'A');
        } else if (PLAIN.indexOf(c) >= 0) {
          bytes.write(c);
        } else {
          return Optional.empty();
        }
      }
      if (folder) {
        bytes.write('/');
      }
      Name name = new Name(onDisk, bytes.toByteArray(), !goesOn && !folder);
      return onDisk.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private static boolean isHex(String text, int at) {
      return HexFormat.isHexDigit(text.charAt(at)) && HexFormat.isHexDigit(text.charAt(at + 1));
    }

    /** By the bytes; the object before the folder of those whose names go on. */
    @Override
    public int compareTo(Name other) {
      int order = Arrays.compareUnsigned(bytes, other.bytes);
      return order != 0 ? order : Boolean.compare(other.isFile, isFile);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Name name && onDisk.equals(name.onDisk);
    }

    @Override
    public int hashCode() {
      return onDisk.hashCode();
    }
  }
}
