package dev.mikcar.common.deployment;

import dev.mikcar.common.description.Description;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.ApplicationInfoBuildItem;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.GeneratedResourceBuildItem;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.openapi.api.SmallRyeOpenAPI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.jboss.jandex.ClassType;
import org.jboss.jandex.CompositeIndex;
import org.jboss.jandex.DotName;
import org.jboss.jandex.Index;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.Type;

/**
 * Describes the routes of all services once, at the build. A process reads the description when
 * somebody asks for it: docs/decisions/0021-description-at-the-build.md.
 */
class DescriptionProcessor {
  private static final String SETTING = "mp.openapi.extensions.smallrye.";
  private static final DotName UNI = DotName.createSimple("io.smallrye.mutiny.Uni");
  private static final DotName JSON =
      DotName.createSimple("com.fasterxml.jackson.databind.JsonNode");

  @BuildStep
  AdditionalBeanBuildItem bean() {
    return AdditionalBeanBuildItem.unremovableOf(Description.class);
  }

  @BuildStep
  GeneratedResourceBuildItem describe(
      CombinedIndexBuildItem combined, ApplicationInfoBuildItem application) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    String document =
        SmallRyeOpenAPI.builder()
            .withConfig(settings(application.getVersion()))
            .withApplicationClassLoader(loader)
            .withIndex(CompositeIndex.create(combined.getIndex(), ofTheJdk()))
            .enableModelReader(false)
            .enableStandardStaticFiles(false)
            .enableStandardFilter(false)
            .withTypeConverter(DescriptionProcessor::onTheWire)
            .addFilter(new CommonAnswers())
            .addFilter(new SharedPaths())
            .addFilter(new RequiredFields(combined.getIndex()))
            .build()
            .toJSON();
    return new GeneratedResourceBuildItem(
        Description.RESOURCE, document.getBytes(StandardCharsets.UTF_8));
  }

  private static Config settings(String version) {
    return new SmallRyeConfigBuilder()
        .withDefaultValues(
            Map.of(
                SETTING + "info.title", "mikcar",
                SETTING + "info.version", version,
                SETTING + "info.description",
                    "One HTTP API for object storage, key-value, SQL, queues, secrets and email",
                SETTING + "info.license.name", "MIT",
                SETTING + "info.license.identifier", "MIT",
                SETTING + "defaultProduces", "application/json",
                SETTING + "defaultConsumes", "application/json",
                SETTING + "operationIdStrategy", "CLASS_METHOD",
                SETTING + "property-naming-strategy", "LOWER_CASE_WITH_UNDERSCORES",
                SETTING + "remove-unused-schemas.enable", "true"))
        .build();
  }

  /** What the scanner asks of every type: whether it is a collection or a map. */
  private static IndexView ofTheJdk() {
    try {
      return Index.of(Object.class, Collection.class, Map.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the scanner does not know: JSON that is bound to no class is anything. */
  private static Type onTheWire(Type type) {
    if (type.name().equals(UNI) && type.kind() == Type.Kind.PARAMETERIZED_TYPE) {
      return type.asParameterizedType().arguments().getFirst();
    }
    return type.name().equals(JSON) ? ClassType.OBJECT_TYPE : type;
  }
}
