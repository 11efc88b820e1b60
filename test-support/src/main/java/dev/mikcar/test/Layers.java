package dev.mikcar.test;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The classes a module's layering test checks with ArchUnit's own rules. */
public final class Layers {
  private Layers() {}

  /**
   * All classes on the class path below the package, without those of tests.
   *
   * @throws IllegalArgumentException if there are none, so that a misspelt package cannot pass
   */
  public static JavaClasses importMain(String basePackage) {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(basePackage);
    if (classes.isEmpty()) {
      throw new IllegalArgumentException("There are no classes below " + basePackage);
    }
    return classes;
  }
}
