package dev.mikcar.common.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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
      Schema schema = type.isRecord() ? schemas.get(nameOf(type)) : null;
      if (schema != null && schema.getProperties() != null) {
        for (RecordComponentInfo component : type.recordComponents()) {
          say(schema, component, type.field(component.name()).hasAnnotation(INCLUDE));
        }
      }
    }
  }

  /** What the scanner calls it. */
  private static String nameOf(ClassInfo type) {
    AnnotationInstance schema = type.declaredAnnotation(SCHEMA);
    AnnotationValue name = schema == null ? null : schema.value("name");
    return name == null ? type.simpleName() : name.asString();
  }

  private static void say(Schema schema, RecordComponentInfo component, boolean isLeftOut) {
    String name = onTheWire(component.name());
    Schema field = schema.getProperties().get(name);
    List<String> required =
        new ArrayList<>(Objects.requireNonNullElse(schema.getRequired(), List.of()));
    if (field == null || required.contains(name)) {
      return;
    }
    if (!component.type().hasAnnotation(NULLABLE)) {
      required.add(name);
      schema.setRequired(required);
    } else if (!isLeftOut) {
      schema.addProperty(name, orNull(field));
    }
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
