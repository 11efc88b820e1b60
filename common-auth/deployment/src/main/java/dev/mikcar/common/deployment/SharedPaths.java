package dev.mikcar.common.deployment;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/**
 * Says of a path all methods that it has. In OpenAPI a path without parameters hides those that
 * would match it: {@code /kv/set/batch}, where a POST is a batch, has the PUT of {@code
 * /kv/set/{key}} too, for the key of that name.
 */
class SharedPaths implements OASFilter {
  @Override
  public void filterOpenAPI(OpenAPI document) {
    Map<String, PathItem> paths = document.getPaths().getPathItems();
    paths.forEach(
        (path, item) -> {
          if (!path.contains("{")) {
            paths.forEach(
                (template, other) -> {
                  if (path.matches(template.replaceAll("\\{[^}]*}", "[^/]+"))) {
                    other.getOperations().forEach((method, own) -> add(path, item, method, own));
                  }
                });
          }
        });
  }

  private static void add(String path, PathItem item, HttpMethod method, Operation own) {
    if (item.getOperations().containsKey(method)) {
      return;
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    List<Parameter> parameters =
        own.getParameters().stream().filter(one -> one.getIn() != Parameter.In.PATH).toList();
    item.setOperation(
        method,
        OASFactory.createOperation()
            .operationId(own.getOperationId() + "_" + name)
            .summary(own.getSummary() + "; here of the name " + name)
            .tags(own.getTags())
            .parameters(parameters)
            .requestBody(own.getRequestBody())
            .responses(own.getResponses())
            .security(own.getSecurity()));
  }
}
