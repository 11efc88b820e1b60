package dev.mikcar.common.memory;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;

/** Shows in the metrics how much of the budget is taken: none, when no request is under way. */
@Singleton
public final class MemoryMetrics implements MeterBinder {
  private final MemoryBudget budget;

  MemoryMetrics(MemoryBudget budget) {
    this.budget = budget;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("mikcar.request.memory.taken", budget, b -> b.total() - b.free())
        .description("Heap that requests under way hold")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
    Gauge.builder("mikcar.request.memory.limit", budget, MemoryBudget::total)
        .description("Heap that requests under way may hold together")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }
}
