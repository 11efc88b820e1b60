package dev.mikcar.common.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What readiness says of one service.
 *
 * @param name the service
 * @param backend the scheme of its URL
 * @param details why it is down; null when it is up
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Check(String name, String backend, Status status, @Nullable String details) {
  /** UP or DOWN, as Kubernetes users know them. */
  public enum Status {
    UP,
    DOWN
  }

  static Check up(String name, String backend) {
    return new Check(name, backend, Status.UP, null);
  }

  static Check down(String name, String backend, String details) {
    return new Check(name, backend, Status.DOWN, details);
  }
}
