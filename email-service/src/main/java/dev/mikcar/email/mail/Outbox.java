package dev.mikcar.email.mail;

import java.util.List;

/** Messages that were kept instead of sent. For use by many at once. */
public interface Outbox {
  /**
   * The messages, oldest first.
   *
   * @param mails what is kept
   * @param dropped how many older ones had to make room since the last {@link #clear}
   */
  record Content(List<Mail> mails, long dropped) {}

  Content content();

  /** Forgets all of them; how many there were. */
  int clear();
}
