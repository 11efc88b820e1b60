package dev.mikcar.kv;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import dev.mikcar.test.ServiceLayers;
import org.junit.jupiter.api.Test;

class LayersTest extends ServiceLayers {
  LayersTest() {
    super("kv");
  }

  /** Not even entity tags: a value has a fingerprint, and http makes a tag of it. */
  @Test
  void storesKnowNothingOfHttp() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.mikcar.kv.store..", "dev.mikcar.kv.infinispan..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mikcar.common.http..")
        .check(all());
  }
}
