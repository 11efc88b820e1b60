package dev.mikcar.common.deployment;

import dev.mikcar.common.http.Draining;
import dev.mikcar.common.http.FrontDoor;
import dev.mikcar.common.http.ListenersRecorder;
import dev.mikcar.common.http.OtherCredential;
import dev.mikcar.common.http.PlainRoute;
import dev.mikcar.common.http.RequestDeadline;
import dev.mikcar.common.json.StrictJson;
import dev.mikcar.common.launch.AvailableServices;
import dev.mikcar.common.memory.MemoryBudget;
import dev.mikcar.common.memory.MemoryMetrics;
import dev.mikcar.common.service.ServiceBackend;
import dev.mikcar.common.service.Services;
import dev.mikcar.common.settings.SettingsProducer;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.UnremovableBeanBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.Consume;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.ApplicationStartBuildItem;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.GeneratedResourceBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.deployment.builditem.ShutdownContextBuildItem;
import io.quarkus.deployment.builditem.ShutdownListenerBuildItem;
import io.quarkus.runtime.RuntimeValue;
import io.quarkus.vertx.core.deployment.CoreVertxBuildItem;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.jandex.DotName;

/** The build steps of the extension; the classes of the runtime module say what they are for. */
class CommonAuthProcessor {
  private static final String FEATURE = "mikcar-common-auth";

  @BuildStep
  FeatureBuildItem feature() {
    return new FeatureBuildItem(FEATURE);
  }

  @BuildStep
  AdditionalBeanBuildItem beans() {
    return AdditionalBeanBuildItem.builder()
        .addBeanClasses(
            SettingsProducer.class,
            Services.class,
            FrontDoor.class,
            RequestDeadline.class,
            MemoryBudget.class,
            MemoryMetrics.class,
            StrictJson.class)
        .setUnremovable()
        .build();
  }

  @BuildStep
  UnremovableBeanBuildItem found() {
    return UnremovableBeanBuildItem.beanTypes(
        ServiceBackend.class, OtherCredential.class, PlainRoute.class);
  }

  /** The list that the launcher reads, before there is anything else to ask. */
  @BuildStep
  GeneratedResourceBuildItem services(CombinedIndexBuildItem index) {
    Set<String> onTheClassPath =
        index.getIndex().getAllKnownSubclasses(DotName.createSimple(ServiceBackend.class)).stream()
            .map(type -> Services.nameOf(type.name().toString()))
            .collect(Collectors.toSet());
    return new GeneratedResourceBuildItem(
        AvailableServices.RESOURCE, AvailableServices.write(onTheClassPath));
  }

  @BuildStep
  @Record(ExecutionTime.RUNTIME_INIT)
  void draining(
      ListenersRecorder recorder,
      BuildProducer<SyntheticBeanBuildItem> beans,
      BuildProducer<ShutdownListenerBuildItem> listeners) {
    RuntimeValue<Draining> draining = recorder.createDraining();
    beans.produce(
        SyntheticBeanBuildItem.configure(Draining.class)
            .scope(Singleton.class)
            .unremovable()
            .setRuntimeInit()
            .runtimeValue(draining)
            .done());
    listeners.produce(new ShutdownListenerBuildItem(recorder.listener(draining)));
  }

  /** After the application has started: what comes in from then on can be served. */
  @BuildStep
  @Record(ExecutionTime.RUNTIME_INIT)
  @Consume(ApplicationStartBuildItem.class)
  void open(
      ListenersRecorder recorder,
      CoreVertxBuildItem vertx,
      LaunchModeBuildItem mode,
      ShutdownContextBuildItem shutdown) {
    recorder.open(vertx.getVertx(), mode.getLaunchMode(), shutdown);
  }
}
