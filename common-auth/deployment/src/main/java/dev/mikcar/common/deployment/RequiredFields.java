package dev.mikcar.common.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.RecordComponentInfo;

/**
 * Says of the fields of bodies and answers which are always there and which may be null, as the
 * records do: a component that is not {@code @Nullable} is there; one that is may be null, unless
 * its record lists it as required, or it is left out then ({@code @JsonInclude}).
 */
class RequiredFields implements OASFilter {
  private static final DotName SCHEMA =
      DotName.createSimple("org.eclipse.microprofile.openapi.annotations.media.Schema");
  private static final DotName NULLABLE = DotName.createSimple("org.jspecify.annotations.Nullable");
  private static final DotName INCLUDE =
      DotName.createSimple("com.fasterxml.jackson.annotation.JsonInclude");

  private final IndexView index;

  RequiredFields(IndexView index) {
    this.index = index;
  }

  @Override
  public void filterOpenAPI(OpenAPI document) {
    Map<String, Schema> schemas = document.getComponents().getSchemas();
    for (ClassInfo type : index.getKnownClasses()) {
      if (type.isRecord()) {
        schemas.forEach(
            (name, schema) -> {
              if (isOf(type, name, schema)) {
                say(type, schema);
              }
            });
      }
    }
  }

  /** Of two types with one name, the scanner gives the second a number. */
  private static boolean isOf(ClassInfo type, String name, Schema schema) {
    return name.matches(Pattern.quote(nameOf(type)) + "\\d*")
        && schema.getProperties() != null
        && schema
            .getProperties()
            .keySet()
            .equals(
                type.recordComponents().stream()
                    .map(component -> onTheWire(component.name()))
                    .collect(Collectors.toSet()));
  }

  /** What the scanner calls it. */
  private static String nameOf(ClassInfo type) {
    AnnotationInstance schema = type.declaredAnnotation(SCHEMA);
    AnnotationValue name = schema == null ? null : schema.value("name");
    return name == null ? type.simpleName() : name.asString();
  }

  private static void say(ClassInfo type, Schema schema) {
    List<String> required =
        new ArrayList<>(Objects.requireNonNullElse(schema.getRequired(), List.of()));
    for (RecordComponentInfo component : type.recordComponents()) {
      String name = onTheWire(component.name());
      if (!component.type().hasAnnotation(NULLABLE)) {
        if (!required.contains(name)) {
          required.add(name);
        }
      } else if (!required.contains(name) && !type.field(component.name()).hasAnnotation(INCLUDE)) {
        schema.addProperty(name, orNull(schema.getProperties().get(name)));
      }
    }
    schema.setRequired(required.isEmpty() ? null : required);
  }

  private static Schema orNull(Schema field) {
    Schema nothing = OASFactory.createSchema().addType(Schema.SchemaType.NULL);
    if (field.getRef() != null || field.getEnumeration() != null) {
      return OASFactory.createSchema().addAnyOf(field).addAnyOf(nothing);
    }
    return field.getType() == null ? field : field.addType(Schema.SchemaType.NULL);
  }

  private static String onTheWire(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }
}
