package dev.mikcar.email.mail;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message, checked: nothing in it can begin a header or a command of its own. Lists may be empty,
 * but one of the recipients', and one of text, HTML and attachments, is not.
 *
 * @param id its Message-ID, with angle brackets
 * @param date when it was handed over
 * @param to shown as To; so with cc
 * @param bcc in the envelope only
 * @param text the body as text; null when there is none
 * @param html the body as HTML; null when there is none
 * @param headers further ones by their names, none of them one that the other fields make
 * @param unsubscribe the addresses of List-Unsubscribe, RFC 2369 and 8058
 */
public record Mail(
    String id,
    Instant date,
    MailAddress from,
    List<MailAddress> to,
    List<MailAddress> cc,
    List<MailAddress> bcc,
    List<MailAddress> replyTo,
    String subject,
    @Nullable String text,
    @Nullable String html,
    Map<String, String> headers,
    List<String> unsubscribe,
    List<Attachment> attachments) {

  /** Everybody it goes to, in order, each address once. */
  public List<MailAddress> recipients() {
    List<MailAddress> all = new ArrayList<>();
    for (List<MailAddress> some : List.of(to, cc, bcc)) {
      for (MailAddress one : some) {
        if (all.stream().noneMatch(a -> a.address().equals(one.address()))) {
          all.add(one);
        }
      }
    }
    return all;
  }

  /** Whether only a server with SMTPUTF8 can take it. */
  public boolean isInternational() {
    return from.isInternational()
        || replyTo.stream().anyMatch(MailAddress::isInternational)
        || recipients().stream().anyMatch(MailAddress::isInternational);
  }

  /** The same, to fewer people. */
  public Mail without(Collection<String> addresses) {
    return new Mail(
        id,
        date,
        from,
        others(to, addresses),
        others(cc, addresses),
        others(bcc, addresses),
        replyTo,
        subject,
        text,
        html,
        headers,
        unsubscribe,
        attachments);
  }

  private static List<MailAddress> others(List<MailAddress> all, Collection<String> addresses) {
    return all.stream().filter(one -> !addresses.contains(one.address())).toList();
  }

  /** Without what is in it. */
  @Override
  public String toString() {
    return "Mail[" + id + "]";
  }
}
