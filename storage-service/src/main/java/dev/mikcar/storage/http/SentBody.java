package dev.mikcar.storage.http;

import dev.mikcar.storage.store.ObjectBody;

/**
 * The content of an answer.
 *
 * @param isPart whether a range was asked for and is answered, one that covers the whole too
 */
record SentBody(ObjectBody body, boolean isPart) {}
