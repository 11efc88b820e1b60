package dev.mikcar.common.http;

import dev.mikcar.common.settings.Settings;
import io.quarkus.arc.Arc;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.Paths;

/** Keeps in {@code /openapi} only the routes of the services that run. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
public class RunningServicesFilter implements OASFilter {
  @Override
  public void filterOpenAPI(OpenAPI document) {
    Settings settings = Arc.container().instance(Settings.class).get();
    Paths paths = document.getPaths();
    for (Map.Entry<String, PathItem> path : Map.copyOf(paths.getPathItems()).entrySet()) {
      String prefix = ExactPath.firstSegment(path.getKey());
      if (Settings.SERVICES.contains(prefix) && !settings.services().contains(prefix)) {
        paths.removePathItem(path.getKey());
      }
    }
  }
}
