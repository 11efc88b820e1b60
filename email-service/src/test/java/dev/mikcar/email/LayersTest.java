package dev.mikcar.email;

import dev.mikcar.test.ServiceLayers;

class LayersTest extends ServiceLayers {
  LayersTest() {
    super("email");
  }
}
