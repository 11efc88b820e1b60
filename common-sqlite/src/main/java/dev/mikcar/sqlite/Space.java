package dev.mikcar.sqlite;

/** What a write does to the room on the disk. */
public enum Space {
  /** It takes some, and is refused when the disk is full. */
  TAKES,
  /** It gives some back; there is a reserve on the disk for it. */
  FREES
}
