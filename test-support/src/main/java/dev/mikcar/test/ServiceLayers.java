package dev.mikcar.test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What "Add a service" in CONTRIBUTING.md says of every service. Each has an empty subclass of this
 * test.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // Else every test reads all classes anew.
public abstract class ServiceLayers {
  private static final String BACKEND = "dev.mikcar.common.service.Backend";
  private static final String SERVICE_BACKEND = "dev.mikcar.common.service.ServiceBackend";
  private static final String[] HTTP = {
    "jakarta.ws.rs..", "io.vertx.ext.web..", "org.jboss.resteasy.."
  };

  private final String service;
  private final String root;
  private final JavaClasses classes;

  /**
   * @param service its name, as in its paths
   */
  protected ServiceLayers(String service) {
    this.service = service;
    this.root = "dev.mikcar." + service;
    this.classes = Layers.importMain(root);
  }

  /** All classes of the service, for rules of its own. */
  protected final JavaClasses all() {
    return classes;
  }

  /** The packages of the classes that implement the interface of the service. */
  private String[] backends() {
    return packages(classes.stream().filter(c -> c.isAssignableTo(BACKEND) && !c.isInterface()));
  }

  private String[] packages(Stream<JavaClass> of) {
    return of.map(JavaClass::getPackageName)
        .filter(name -> !name.equals(root))
        .distinct()
        .toArray(String[]::new);
  }

  @Test
  void thereIsOneBeanThatChoosesTheBackend() {
    // Given, when
    List<String> beans =
        classes.stream()
            .filter(c -> c.isAssignableTo(SERVICE_BACKEND))
            .map(JavaClass::getPackageName)
            .toList();

    // Then
    if (!beans.equals(List.of(root))) {
      throw new AssertionError("ServiceBackends of " + service + " are in " + beans);
    }
  }

  @Test
  void theInterfaceKnowsNeitherBackendsNorRoutes() {
    // Given
    String[] spi =
        packages(classes.stream().filter(c -> c.isAssignableTo(BACKEND) && c.isInterface()));

    // When, then
    noClasses()
        .that()
        .resideInAnyPackage(spi)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(backends()).or(resideInAnyPackage(root + ".http..")))
        .allowEmptyShould(false)
        .check(classes);
  }

  @Test
  void nothingButRoutesKnowsHttp() {
    noClasses()
        .that()
        .resideOutsideOfPackage(root + ".http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(HTTP)
        .check(classes);
  }

  @Test
  void routesKnowNoBackend() {
    noClasses()
        .that()
        .resideInAPackage(root + ".http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(backends())
        .check(classes);
  }

  @Test
  void backendsDoNotKnowEachOther() {
    for (String backend : backends()) {
      String[] others =
          Stream.of(backends()).filter(other -> !other.equals(backend)).toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(backend)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .allowEmptyShould(true)
          .check(classes);
    }
  }

  @Test
  void onlyRoutesAskTheBeanThatHasTheBackend() {
    classes()
        .that(assignableTo(SERVICE_BACKEND))
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAnyPackage(root, root + ".http..")
        .check(classes);
  }
}
