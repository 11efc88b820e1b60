package dev.mikcar.common.service;

import dev.mikcar.common.settings.BackendUrl;
import dev.mikcar.common.settings.SettingException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one place of a service that knows its backends: a table from the scheme of its URL to what
 * opens them. Its error lists what the table has.
 *
 * @param <B> the interface of the service
 */
public final class Schemes<B extends Backend> {
  private final String variable;
  private final String separator;
  private final Map<String, Row<B>> rows = new LinkedHashMap<>();
  private @Nullable Choice<B> otherwise;

  private Schemes(String variable, String separator) {
    this.variable = variable;
    this.separator = separator;
  }

  private record Row<B extends Backend>(
      String backend, String form, Function<BackendUrl, Opener<B>> reader) {}

  /**
   * An empty table.
   *
   * @param variable the setting that has the URL, as in docs/settings.md
   */
  public static <B extends Backend> Schemes<B> of(String variable) {
    return new Schemes<>(variable, "://");
  }

  /** The same for URLs whose scheme ends otherwise, as in {@code sqlite::memory:}. */
  public static <B extends Backend> Schemes<B> of(String variable, String separator) {
    return new Schemes<>(variable, separator);
  }

  /**
   * Adds a backend.
   *
   * @param scheme its scheme, and its name
   * @param form what its URLs look like, for the error; empty: it is not listed
   * @param reader makes the opener, or throws a {@link SettingException} of {@link BackendUrl}
   */
  public Schemes<B> with(String scheme, String form, Function<BackendUrl, Opener<B>> reader) {
    return with(scheme, scheme, form, reader);
  }

  /** Adds another scheme of a backend. */
  public Schemes<B> with(
      String scheme, String backend, String form, Function<BackendUrl, Opener<B>> reader) {
    rows.put(scheme, new Row<>(backend, form, reader));
    return this;
  }

  /** Adds a backend that forgets everything with the process, {@code memory://}. */
  public Schemes<B> withMemory(Opener<B> opener) {
    return with(
        "memory",
        "memory://",
        url -> {
          url.requireNothingMore();
          return opener;
        });
  }

  /** Adds a backend that keeps its files in a folder, {@code file:///folder}. */
  public Schemes<B> withFolder(Function<Path, B> opener) {
    return withFolder("file", "file:///folder", opener);
  }

  /** Adds another scheme of that backend. */
  public Schemes<B> withFolder(String scheme, String form, Function<Path, B> opener) {
    return with(
        scheme,
        "file",
        form,
        url -> {
          Path folder = url.path("folder");
          return () -> opener.apply(folder);
        });
  }

  /** What is chosen when the setting is not set: with embedded backends, no setup is needed. */
  public Schemes<B> otherwise(String backend, Opener<B> opener) {
    otherwise = new Choice<>(backend, opener);
    return this;
  }

  /**
   * Chooses by the setting.
   *
   * @param lookup gives a variable's text, empty when it is not set
   * @throws SettingException when there is no such backend, or the URL is not of its form
   */
  public Choice<B> choose(Function<String, Optional<String>> lookup) {
    Optional<String> text = lookup.apply(variable);
    if (text.isEmpty() && otherwise != null) {
      return otherwise;
    }
    BackendUrl url = BackendUrl.of(variable, accepted(), text.orElse(""), separator);
    Row<B> row = rows.get(url.scheme());
    if (row == null) {
      throw url.unknown();
    }
    return new Choice<>(row.backend(), row.reader().apply(url));
  }

  private String accepted() {
    List<String> forms =
        rows.values().stream().map(Row::form).filter(form -> !form.isEmpty()).toList();
    return forms.size() < 2
        ? String.join("", forms)
        : String.join(", ", forms.subList(0, forms.size() - 1)) + " or " + forms.getLast();
  }
}
