package dev.mikcar.common.http;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/** The few methods of a wide interface that a test needs; any other fails the test. */
final class Stub {
  private Stub() {}

  static <T> T of(Class<T> type, InvocationHandler methods) {
    return type.cast(
        Proxy.newProxyInstance(Stub.class.getClassLoader(), new Class<?>[] {type}, methods));
  }
}
