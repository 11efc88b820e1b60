package dev.mikcar.sql;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import dev.mikcar.test.Layers;
import dev.mikcar.test.ServiceLayers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Besides what holds for every service: what may know scripts, and rows as text. */
class LayersTest extends ServiceLayers {
  private static final String OURS = "dev.mikcar.sql.";
  private static final JavaClasses CLASSES = Layers.importMain("dev.mikcar.sql");

  LayersTest() {
    super("sql");
  }

  @ParameterizedTest
  @CsvSource({
    "database, script",
    "database, json",
    "postgres, script",
    "postgres, json",
    "sqlite, script",
    "sqlite, json",
    "script, http",
    "script, postgres",
    "script, sqlite",
    "json, http",
    "json, script"
  })
  void aPackageDoesNotKnow(String part, String other) {
    // Given
    ArchRule rule =
        noClasses()
            .that()
            .resideInAPackage(OURS + part + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(OURS + other + "..");

    // When, then
    rule.check(CLASSES);
  }
}
