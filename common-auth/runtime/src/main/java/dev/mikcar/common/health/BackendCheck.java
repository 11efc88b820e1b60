package dev.mikcar.common.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import org.jspecify.annotations.Nullable;

/**
 * A service's say in {@code /health/ready}. A bean of this type per service; asked only when the
 * service runs.
 */
public interface BackendCheck {
  /** The service, as in its path prefix. */
  String service();

  /** The scheme of the backend's URL. */
  String scheme();

  /**
   * Whether the backend can do its work now. May take its time, but not block; the message of a
   * failure is what the answer says.
   */
  Uni<Void> ping();

  /** UP or DOWN, as Kubernetes users know them. */
  enum Status {
    UP,
    DOWN
  }

  /**
   * One line of the answer.
   *
   * @param name the service
   * @param backend the scheme of its URL
   * @param details why it is down; null when it is up
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Result(String name, String backend, Status status, @Nullable String details) {
    public static Result up(String name, String backend) {
      return new Result(name, backend, Status.UP, null);
    }

    public static Result down(String name, String backend, String details) {
      return new Result(name, backend, Status.DOWN, details);
    }
  }
}
