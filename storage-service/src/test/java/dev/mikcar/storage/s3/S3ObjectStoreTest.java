package dev.mikcar.storage.s3;

import java.util.List;

/** On s3proxy. */
class S3ObjectStoreTest extends S3StoreContract {
  @Override
  S3TestServer newServer() throws Exception {
    return new S3Server();
  }

  /**
   * s3proxy keeps objects as files, so that {@code a} and {@code a/b} exclude each other, and
   * orders what is beyond U+FFFF by UTF-16. S3 itself does neither.
   */
  @Override
  protected List<String> possible(List<String> names) {
    return names.stream()
        .filter(name -> name.codePoints().allMatch(Character::isBmpCodePoint))
        .filter(name -> names.stream().noneMatch(other -> other.startsWith(name + "/")))
        .toList();
  }

  /** No test here, for the same reason. */
  @Override
  protected void anObjectAndOthersBelowItsNameExistTogether() {}

  /** No test here: s3proxy knows no delimiter but the slash. */
  @Override
  protected void aDelimiterMayBeAnyText() {}
}
