package dev.mikcar.common.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

class LastingTroubleTest {
  private final Lines lines = new Lines();
  private final LastingTrouble trouble = new LastingTrouble(lines, "storage");

  @Test
  void whatLastsIsSaidOnce() {
    // When
    for (int i = 0; i < 100; i++) {
      trouble.is("the disk is full", new IOException("No space left on device"));
    }

    // Then
    assertThat(lines.all).hasSize(1);
    assertThat(lines.all.getFirst()).contains("WARN", "storage: the disk is full", "No space left");
  }

  @Test
  void whatChangesIsSaid() {
    // When
    trouble.is("the disk is full", new IOException("one"));
    trouble.is("the disk is away", new IOException("another"));
    trouble.isOver();
    trouble.isOver();
    trouble.is("the disk is full", new IOException("again"));

    // Then
    assertThat(lines.all).hasSize(4);
    assertThat(lines.all.get(1)).contains("away");
    assertThat(lines.all.get(2)).contains("INFO", "works again");
    assertThat(lines.all.get(3)).contains("full");
  }

  @Test
  void nothingIsSaidOfWhatNeverWas() {
    // When
    trouble.isOver();

    // Then
    assertThat(lines.all).isEmpty();
  }

  private static final class Lines extends Logger {
    private static final long serialVersionUID = 1L;
    private final transient List<String> all = new ArrayList<>();

    Lines() {
      super("test");
    }

    @Override
    protected void doLog(
        Level level, String logger, Object message, Object[] parameters, Throwable thrown) {
      all.add(level + " " + message);
    }

    @Override
    protected void doLogf(
        Level level, String logger, String format, Object[] parameters, Throwable thrown) {
      all.add(level + " " + String.format(format, parameters));
    }

    @Override
    public boolean isEnabled(Level level) {
      return true;
    }
  }
}
