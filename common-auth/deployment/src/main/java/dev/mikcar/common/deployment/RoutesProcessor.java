package dev.mikcar.common.deployment;

import dev.mikcar.common.http.RouteGate;
import dev.mikcar.common.http.Routes;
import dev.mikcar.common.http.RoutesRecorder;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.DotName;
import org.jboss.jandex.MethodInfo;

/** Reads from the resources which routes there are, and what their queries may hold. */
class RoutesProcessor {
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
  private static final String REST = "jakarta.ws.rs.";
  private static final DotName PATH = DotName.createSimple(REST + "Path");
  private static final String OPENAPI = "org.eclipse.microprofile.openapi.annotations.parameters.";
  private static final DotName PARAMETER = DotName.createSimple(OPENAPI + "Parameter");
  private static final DotName PARAMETERS = DotName.createSimple(OPENAPI + "Parameters");
  private static final DotName QUERY_PARAM = DotName.createSimple(REST + "QueryParam");
  private static final DotName REST_QUERY =
      DotName.createSimple("org.jboss.resteasy.reactive.RestQuery");

  /** That of Quarkus, which no resource has. */
  private static final Routes.Route METRICS = new Routes.Route("GET", "/metrics", Set.of());

  @BuildStep
  AdditionalBeanBuildItem gate() {
    return AdditionalBeanBuildItem.unremovableOf(RouteGate.class);
  }

  @BuildStep
  @Record(ExecutionTime.STATIC_INIT)
  SyntheticBeanBuildItem routes(RoutesRecorder recorder, CombinedIndexBuildItem combined) {
    TreeMap<String, Set<String>> names = new TreeMap<>();
    for (String method : METHODS) {
      for (AnnotationInstance verb :
          combined.getIndex().getAnnotations(DotName.createSimple(REST + method))) {
        MethodInfo resource = verb.target().asMethod();
        String route = method + " " + path(resource);
        names.computeIfAbsent(route, ignored -> new TreeSet<>()).addAll(query(resource));
      }
    }
    List<String> lines = new ArrayList<>();
    names.forEach((route, query) -> lines.add(route + " " + String.join(",", query)));
    lines.add(METRICS.line());
    return SyntheticBeanBuildItem.configure(Routes.class)
        .scope(Singleton.class)
        .unremovable()
        .runtimeValue(recorder.routes(lines))
        .done();
  }

  private static String path(MethodInfo resource) {
    AnnotationInstance onClass = resource.declaringClass().declaredAnnotation(PATH);
    AnnotationInstance onMethod = resource.declaredAnnotation(PATH);
    String path =
        (onClass == null ? "" : "/" + onClass.value().asString())
            + (onMethod == null ? "" : "/" + onMethod.value().asString());
    String clean = path.replaceAll("/+", "/");
    return clean.length() > 1 && clean.endsWith("/")
        ? clean.substring(0, clean.length() - 1)
        : clean;
  }

  private static Set<String> query(MethodInfo resource) {
    Set<String> names = new TreeSet<>();
    for (AnnotationInstance parameter : described(resource)) {
      AnnotationValue in = parameter.value("in");
      if (in != null && in.asEnum().equals("QUERY")) {
        names.add(isObject(parameter) ? Routes.ANY : parameter.value("name").asString());
      }
    }
    for (DotName annotation : List.of(QUERY_PARAM, REST_QUERY)) {
      for (AnnotationInstance parameter : resource.annotations(annotation)) {
        if (parameter.target().kind() == AnnotationTarget.Kind.METHOD_PARAMETER) {
          AnnotationValue name = parameter.value();
          names.add(name == null ? parameter.target().asMethodParameter().name() : name.asString());
        }
      }
    }
    return names;
  }

  /** Those on the method itself, one or several. */
  private static List<AnnotationInstance> described(MethodInfo resource) {
    AnnotationInstance several = resource.declaredAnnotation(PARAMETERS);
    if (several != null) {
      return List.of(several.value().asNestedArray());
    }
    AnnotationInstance one = resource.declaredAnnotation(PARAMETER);
    return one == null ? List.of() : List.of(one);
  }

  /** The names of an object's fields are the parameters: any. */
  private static boolean isObject(AnnotationInstance parameter) {
    AnnotationValue schema = parameter.value("schema");
    AnnotationValue type = schema == null ? null : schema.asNested().value("type");
    return type != null && type.asEnum().equals("OBJECT");
  }
}
