/**
 * Reads records straight from the bytes of a request, without objects of protobuf. Knows only the usual form of a record and
 * says no to every other: {@link io.icegate.receiver.decode.wire.WireLogDecoder} is a shortcut, and the decoder behind it
 * says what is right. This package knows the columns of a block and nothing of the envelopes around a record.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.decode.wire;
