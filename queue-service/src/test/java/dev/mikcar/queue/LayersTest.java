package dev.mikcar.queue;

import dev.mikcar.test.ServiceLayers;

class LayersTest extends ServiceLayers {
  LayersTest() {
    super("queue");
  }
}
