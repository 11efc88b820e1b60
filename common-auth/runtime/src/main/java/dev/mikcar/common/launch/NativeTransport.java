package dev.mikcar.common.launch;

import dev.mikcar.common.files.UnpackedLibraries;
import java.nio.file.Files;

/**
 * Has Netty unpack its library for unix sockets and for a faster TCP beside the application, not
 * into the temporary folder, which may forbid to execute what is there: then there would be no unix
 * socket. Netty deletes the file once it is loaded. It cannot be unpacked by the build, as SQLite's
 * is: Netty looks for it in {@code java.library.path} only, which cannot be set any more here.
 */
final class NativeTransport {
  private static final String FOLDER = "io.netty.native.workdir";

  private NativeTransport() {}

  /** To be called before the first use of Netty. What an operator has set stays. */
  static void choose() {
    if (System.getProperty(FOLDER) == null) {
      UnpackedLibraries.beside(NativeTransport.class, "")
          .filter(Files::isWritable)
          .ifPresent(folder -> System.setProperty(FOLDER, folder.toString()));
    }
  }
}
