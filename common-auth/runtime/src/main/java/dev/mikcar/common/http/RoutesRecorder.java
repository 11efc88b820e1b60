package dev.mikcar.common.http;

import io.quarkus.runtime.RuntimeValue;
import io.quarkus.runtime.annotations.Recorder;
import java.util.List;

/** Hands the routes that the build has read to the process. */
@Recorder
public class RoutesRecorder {
  public RuntimeValue<Routes> routes(List<String> lines) {
    return new RuntimeValue<>(new Routes(lines));
  }
}
