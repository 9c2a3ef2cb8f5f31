/**
 * Rewrites OTLP's JSON encoding as the protobuf message that it stands for, for any signal, so that all that follows sees
 * one encoding. {@link io.icegate.receiver.decode.json.JsonTranscoder} is driven by protobuf descriptors and writes wire
 * format directly; it says with the message which records are wrong and which keys it did not know. The package imports
 * {@code receiver.signal} and nothing else of the receiver.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.decode.json;
