package dev.mikcar.common.launch;

import picocli.CommandLine.IVersionProvider;

/** The version of the build, from the manifest of this jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"mikcar " + (version == null ? "(unpackaged)" : version)};
  }
}
