package dev.mikcar.storage;

import dev.mikcar.test.ServiceLayers;

class LayersTest extends ServiceLayers {
  LayersTest() {
    super("storage");
  }
}
