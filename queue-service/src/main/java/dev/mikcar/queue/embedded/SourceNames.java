package dev.mikcar.queue.embedded;

import dev.mikcar.queue.message.Name;
import dev.mikcar.queue.message.Source;
import java.util.HashMap;
import java.util.Map;

/** Sources by their names, one object for each: a million entries share theirs. */
final class SourceNames {
  private final Map<Source, Source> known = new HashMap<>();

  /**
   * @param group empty for a queue
   */
  Source source(String queue, String group) {
    Source source =
        group.isEmpty()
            ? new Source.Queue(new Name(queue))
            : new Source.Group(new Name(queue), new Name(group));
    return known.computeIfAbsent(source, same -> same);
  }

  /** Where a message in a queue of dead ones died. */
  Source origin(String grave, String group) {
    return source(new Name(grave).living().text(), group);
  }
}
