# shellcheck shell=bash
# Sourced by ./mikcar and ./verify.

JDK_RELEASE=25
JDK_ADVICE="a JDK $JDK_RELEASE or newer is needed, and there is none in JAVA_HOME, on PATH, in /usr/lib/jvm or in \
~/.sdkman. Install one (Debian and Ubuntu: the package openjdk-$JDK_RELEASE-jdk-headless; SDKMAN: sdk install java; \
or any other vendor's build) or set JAVA_HOME to it."

# The feature release of the JDK in a folder, such as 25; nothing when it has none.
jdk_release() {
  local version=
  if [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9]*\).*/\1/p' "$1/release")
  fi
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n '1s/[^"]*"\([0-9]*\).*/\1/p')
  fi
  printf '%s' "$version"
}

# The folder of the `java` on PATH; asked of itself when it is a shim rather than a link.
jdk_on_path() {
  local java home
  java=$(command -v java) || return 0
  home=$(dirname "$(dirname "$(readlink -f "$java")")")
  if [ ! -e "$home/release" ]; then
    home=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
  fi
  printf '%s' "$home"
}

# Prints the folder of the first JDK that is new enough; with `compiler`, of one that can build too.
find_jdk() {
  local home release
  for home in "${JAVA_HOME:-}" "$(jdk_on_path)" /usr/lib/jvm/* ~/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
    [ "${1:-}" != compiler ] || [ -x "$home/bin/javac" ] || continue
    release=$(jdk_release "$home")
    if [ "${release:-0}" -ge "$JDK_RELEASE" ]; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  return 1
}
