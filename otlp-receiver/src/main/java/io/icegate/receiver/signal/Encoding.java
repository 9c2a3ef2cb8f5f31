package io.icegate.receiver.signal;

/**
 * Encoding of an OTLP payload.
 */
public enum Encoding
{
    PROTOBUF,
    JSON,
}
