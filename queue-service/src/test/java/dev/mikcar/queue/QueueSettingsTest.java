package dev.mikcar.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.queue.message.Limits;
import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Source;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueSettingsTest {
  private static Limits limits(Map<String, String> variables) {
    return QueueSettings.limits(variable -> Optional.ofNullable(variables.get(variable)));
  }

  private static Source queue(String name) {
    return new Source.Queue(Name.ofQueue(name));
  }

  @Test
  void hasDefaults() {
    Limits limits = limits(Map.of());

    assertThat(limits.attempts(queue("any"))).isEqualTo(5);
    assertThat(limits.inFlight(queue("any"))).isEqualTo(100_000);
    assertThat(limits.length(queue("any"))).isEqualTo(1_000_000);
  }

  @Test
  void hasLimitsOfSingleQueuesWhichHoldForTheirDeadOnesToo() {
    Limits limits = limits(Map.of("QUEUE_MAX_LENGTH", "7, a%2Cb=3 ,c=d=9"));

    assertThat(limits.length(queue("other"))).isEqualTo(7);
    assertThat(limits.length(queue("a,b"))).isEqualTo(3);
    assertThat(limits.length(queue("a,b.dead"))).isEqualTo(3);
    assertThat(limits.length(queue("c=d"))).isEqualTo(9);
  }

  @Test
  void letsDeadMessagesLive() {
    Limits limits = limits(Map.of("QUEUE_MAX_ATTEMPTS", "2"));

    assertThat(limits.attempts(queue("a"))).isEqualTo(2);
    assertThat(limits.attempts(queue("a.dead"))).isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "x", "5,a", "a=", "=5", "a=-1", "99999999999", "%=1"})
  void refusesWhatIsNoLimit(String text) {
    assertThatThrownBy(() -> limits(Map.of("QUEUE_MAX_ATTEMPTS", text)))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("QUEUE_MAX_ATTEMPTS");
  }
}
