package dev.mikcar.common.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mikcar.common.settings.Settings;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI document of this process: what the build wrote of all services, less those that do
 * not run. Nothing of it is read before somebody asks. Safe to use from all threads.
 */
@Singleton
public class Description {
  /** Where the build puts the document of all services, as JSON. */
  public static final String RESOURCE = "META-INF/mikcar-openapi.json";

  /** What is kept only while something refers to it. */
  private static final List<String> REFERRED = List.of("schemas", "parameters", "responses");

  private final Settings settings;
  private byte @Nullable [] json;
  private byte @Nullable [] yaml;

  Description(Settings settings) {
    this.settings = settings;
  }

  /** The document in JSON, UTF-8. */
  public synchronized byte[] json() {
    if (json == null) {
      json = write(new JsonMapper());
    }
    return json;
  }

  /** The same in YAML. */
  public synchronized byte[] yaml() {
    if (yaml == null) {
      yaml = write(new YAMLMapper());
    }
    return yaml;
  }

  private byte[] write(ObjectMapper as) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    try (InputStream whole = Objects.requireNonNull(loader.getResourceAsStream(RESOURCE))) {
      return as.writeValueAsBytes(reduced((ObjectNode) new JsonMapper().readTree(whole)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode reduced(ObjectNode document) {
    ((ObjectNode) document.get("paths")).properties().removeIf(path -> isAway(path.getKey()));
    ObjectNode components = (ObjectNode) document.get("components");
    if (settings.token().isEmpty()) {
      document.remove("security");
      components.remove("securitySchemes");
      document.get("paths").forEach(Description::dropSecurity);
    } else {
      keepUsedSchemes(document, (ObjectNode) components.get("securitySchemes"));
    }
    if (document.get("tags") instanceof ArrayNode tags) {
      for (Iterator<JsonNode> i = tags.iterator(); i.hasNext(); ) {
        if (isAway("/" + i.next().path("name").asText())) {
          i.remove();
        }
      }
    }
    keepReferred(document, components);
    return document;
  }

  private static void dropSecurity(JsonNode path) {
    path.forEach(operation -> ((ObjectNode) operation).remove("security"));
  }

  private static void keepUsedSchemes(ObjectNode document, ObjectNode schemes) {
    Set<String> used = new HashSet<>();
    document
        .findValues("security")
        .forEach(all -> all.forEach(one -> one.fieldNames().forEachRemaining(used::add)));
    schemes.properties().removeIf(scheme -> !used.contains(scheme.getKey()));
  }

  private boolean isAway(String path) {
    String prefix = path.split("/", -1)[1];
    return Settings.SERVICES.contains(prefix) && !settings.services().contains(prefix);
  }

  private static void keepReferred(ObjectNode document, ObjectNode components) {
    Set<String> referred = new HashSet<>();
    Queue<JsonNode> unread = new ArrayDeque<>(List.of(document.get("paths")));
    while (!unread.isEmpty()) {
      for (String reference : unread.remove().findValuesAsText("$ref")) {
        if (referred.add(reference)) {
          unread.add(document.at(reference.substring(1)));
        }
      }
    }
    for (String kind : REFERRED) {
      if (components.get(kind) instanceof ObjectNode all) {
        all.properties()
            .removeIf(one -> !referred.contains("#/components/" + kind + "/" + one.getKey()));
      }
    }
  }
}
