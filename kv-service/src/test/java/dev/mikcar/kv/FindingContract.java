package dev.mikcar.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.ApiError;
import dev.mikcar.test.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns and scans. */
abstract class FindingContract extends WireContract {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "*|a ab abc a/b b [a] *",
        "a|a",
        "a*|a ab abc a/b",
        "*b|ab a/b b",
        "a*b|ab a/b",
        "?|a b *",
        "a?|ab",
        "a?b|a/b",
        "[ab]|a b",
        "[a-c]|a b",
        "[^a]|b *",
        "\\*|*",
        "\\[a]|[a]",
        "a[/]b|a/b",
        "[b-a]|a b",
        "**b|ab a/b b",
        "x*|``"
      })
  void patternsAreThoseOfRedis(String pattern, String expected) {
    String prefix = fresh() + ":";
    for (String key : List.of("a", "ab", "abc", "a/b", "b", "%5Ba%5D", "*")) {
      set(prefix + key, "v");
    }

    Response answer = http().get("/kv/keys/" + prefix + encoded(pattern));

    List<String> wanted =
        Stream.of(expected.split(" "))
            .filter(k -> !k.isEmpty())
            .map(k -> prefix + k)
            .sorted()
            .toList();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"keys\":" + json(wanted) + "}");
  }

  @Test
  void keysAreSortedByTheirBytes() {
    String prefix = fresh();
    List<String> names = List.of("", "!", "Z", "a", "a/", "é", "\uffee", "😀");
    for (String name : names.reversed()) {
      set(prefix + encoded(name), "v");
    }

    Response answer = http().get("/kv/keys/" + prefix + "*");

    assertThat(unescaped(answer))
        .isEqualTo("{\"keys\":" + json(names.stream().map(n -> prefix + n).toList()) + "}");
  }

  @Test
  void aQuestionMarkIsOneCharacterAlsoOutsideOfTheBasicPlane() {
    String prefix = fresh();
    set(prefix + encoded("😀"), "v");

    Response answer = http().get("/kv/keys/" + prefix + "%3F");

    assertThat(unescaped(answer)).isEqualTo("{\"keys\":[\"" + prefix + "😀\"]}");
  }

  @Test
  void keysAreCutAtTheLimit() {
    String prefix = fresh();
    fill(prefix, 0, 3);

    Response answer = http().get("/kv/keys/" + prefix + "*?limit=2");

    assertThat(answer.text())
        .isEqualTo(
            "{\"keys\":[\"%s-0000\",\"%s-0001\"],\"truncated\":true}".formatted(prefix, prefix));
  }

  @Test
  void aLimitThatIsNotExceededTruncatesNothing() {
    String prefix = fresh();
    fill(prefix, 0, 3);

    Response answer = http().get("/kv/keys/" + prefix + "*?limit=3");

    assertThat(answer.text()).doesNotContain("truncated");
    assertThat(found(answer)).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=0", "limit=-1", "limit=10001", "limit=x", "limit="})
  void aLimitOutOfRangeIsRefused(String query) {
    Response answer = http().get("/kv/keys/*?" + query);

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"count=0", "count=-1", "count=10001", "count=x", "cursor=***", "cursor=%2525"})
  void aScanOutOfRangeIsRefused(String query) {
    Response answer = http().get("/kv/scan?" + query);

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @Test
  void aPatternOf1025CharactersIsRefused() {
    Response answer = http().get("/kv/keys/" + "a".repeat(1025));

    ApiError.check(answer, 400, "BAD_REQUEST");
  }

  @Test
  void aCostlyPatternIsAnsweredAtOnce() {
    String key = fresh() + "a".repeat(900);
    set(key, "v");

    Response answer = http().get("/kv/keys/k" + "*a".repeat(400) + "b");

    assertThat(answer.text()).isEqualTo("{\"keys\":[]}");
  }

  @Test
  void aScanGivesAllThatStayWhileOthersComeAndGo() {
    String prefix = fresh();
    fill(prefix, 0, 120);
    List<String> seen = new ArrayList<>();
    String cursor = "";
    int step = 0;

    do {
      Response page = http().get("/kv/scan?match=%s*&count=17&cursor=%s".formatted(prefix, cursor));
      seen.addAll(found(page));
      cursor = cursor(page);
      fill(prefix, 2000 + step, 2001 + step);
      set("0" + fresh(), "v");
      http().delete("/kv/del/%s-%04d".formatted(prefix, 60 + step));
      step++;
    } while (!cursor.isEmpty() && step < 10_000);

    assertThat(cursor).isEmpty();
    assertThat(seen).containsAll(names(prefix, 0, 60)).doesNotHaveDuplicates();
  }

  @Test
  void aScanLooksAt100KeysByDefault() {
    String prefix = fresh();
    fill(prefix, 0, 120);

    Response page = http().get("/kv/scan");

    assertThat(found(page)).hasSize(100);
    assertThat(cursor(page)).isNotEmpty();
  }

  @Test
  void aScanOfEverythingEnds() {
    String key = fresh();
    set(key, "v");

    Response page = http().get("/kv/scan?count=10000");

    assertThat(page.text()).endsWith(",\"cursor\":null}");
    assertThat(found(page)).contains(key);
  }

  @Test
  void aScanMatchesADecodedPattern() {
    String key = fresh() + "+ä";
    set(encoded(key), "v");

    Response page = http().get("/kv/scan?count=10000&match=" + encoded(key));

    assertThat(page.text()).isEqualTo("{\"keys\":[\"" + key + "\"],\"cursor\":null}");
  }

  private void fill(String prefix, int from, int to) {
    StringBuilder body = new StringBuilder();
    for (String name : names(prefix, from, to)) {
      body.append(body.isEmpty() ? "{\"" : ",\"").append(name).append("\":\"v\"");
    }
    Response answer = postJson("/kv/set/batch", body + "}");
    assertThat(answer.status()).isEqualTo(200);
  }

  private static List<String> names(String prefix, int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "%s-%04d".formatted(prefix, i)).toList();
  }

  private static List<String> found(Response answer) {
    String text = answer.text();
    String list = text.substring(text.indexOf('[') + 1, text.lastIndexOf(']'));
    return Stream.of(list.split(",", -1))
        .filter(k -> !k.isEmpty())
        .map(k -> k.substring(1, k.length() - 1))
        .toList();
  }

  private static String cursor(Response page) {
    String text = page.text();
    String cursor = text.substring(text.lastIndexOf("\"cursor\":") + 9, text.length() - 1);
    return cursor.equals("null") ? "" : cursor.substring(1, cursor.length() - 1);
  }

  private static String json(List<String> keys) {
    return keys.isEmpty() ? "[]" : "[\"" + String.join("\",\"", keys) + "\"]";
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
