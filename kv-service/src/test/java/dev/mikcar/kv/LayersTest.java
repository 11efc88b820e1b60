package dev.mikcar.kv;

import dev.mikcar.test.ServiceLayers;

class LayersTest extends ServiceLayers {
  LayersTest() {
    super("kv");
  }
}
