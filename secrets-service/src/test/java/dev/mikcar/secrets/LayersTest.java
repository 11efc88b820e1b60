package dev.mikcar.secrets;

import dev.mikcar.test.ServiceLayers;

class LayersTest extends ServiceLayers {
  LayersTest() {
    super("secrets");
  }
}
