package dev.mikcar.sql;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import dev.mikcar.test.Layers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Backends know no HTTP, resources know no backend, and the SPI knows neither. */
class LayersTest {
  private static final String OURS = "dev.mikcar.sql.";
  private static final JavaClasses CLASSES = Layers.importMain("dev.mikcar.sql");

  @ParameterizedTest
  @CsvSource({
    "database, http",
    "database, postgres",
    "database, sqlite",
    "database, script",
    "database, json",
    "postgres, http",
    "postgres, sqlite",
    "postgres, script",
    "postgres, json",
    "sqlite, http",
    "sqlite, postgres",
    "sqlite, script",
    "sqlite, json",
    "http, postgres",
    "http, sqlite",
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
