package dev.mikcar.common;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import dev.mikcar.test.Layers;
import org.junit.jupiter.api.Test;

/**
 * Which package may know which: error, settings and json are below service, service below http,
 * http below health.
 */
class LayersTest {
  private static final String OURS = "dev.mikcar.common.";
  private static final JavaClasses CLASSES = Layers.importMain("dev.mikcar.common");

  @Test
  void nothingDependsOnTheLaunch() {
    // Given
    ArchRule rule =
        noClasses()
            .that()
            .resideOutsideOfPackage(OURS + "launch..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(OURS + "launch..");

    // When, then
    rule.check(CLASSES);
  }

  @Test
  void settingsDependOnNothingOfOurs() {
    // Given
    ArchRule rule = onlyItself("settings");

    // When, then
    rule.check(CLASSES);
  }

  @Test
  void jsonDependsOnNothingOfOurs() {
    // Given
    ArchRule rule = onlyItself("json");

    // When, then
    rule.check(CLASSES);
  }

  @Test
  void errorsDependOnNothingOfOurs() {
    // Given
    ArchRule rule = onlyItself("error");

    // When, then
    rule.check(CLASSES);
  }

  @Test
  void servicesDependOnNoHttp() {
    // Given
    ArchRule rule =
        noClasses()
            .that()
            .resideInAPackage(OURS + "service..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(OURS + "http..");

    // When, then
    rule.check(CLASSES);
  }

  @Test
  void onlyHealthDependsOnHealth() {
    // Given
    ArchRule rule =
        noClasses()
            .that()
            .resideOutsideOfPackage(OURS + "health..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(OURS + "health..");

    // When, then
    rule.check(CLASSES);
  }

  @Test
  void thereAreNoCyclesBetweenPackages() {
    // Given
    ArchRule rule = slices().matching(OURS + "(*)..").should().beFreeOfCycles();

    // When, then
    rule.check(CLASSES);
  }

  @Test
  void memoryWorkAndFilesDependOnErrorsOnly() {
    // Given
    ArchRule rule =
        noClasses()
            .that()
            .resideInAnyPackage(OURS + "memory..", OURS + "work..", OURS + "files..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                OURS + "http..", OURS + "settings..", OURS + "health..", OURS + "json..");

    // When, then
    rule.check(CLASSES);
  }

  private static ArchRule onlyItself(String part) {
    return noClasses()
        .that()
        .resideInAPackage(OURS + part + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.mikcar..").and(resideOutsideOfPackage(OURS + part + "..")));
  }
}
