/**
 * Reads records straight from the bytes of a request, without objects of protobuf. Knows only the usual form of a record and
 * says no to every other: {@link io.icegate.receiver.decode.wire.WireLogDecoder},
 * {@link io.icegate.receiver.decode.wire.WireSpanDecoder} and {@link io.icegate.receiver.decode.wire.WireMetricDecoder} are
 * shortcuts, and the decoders behind them say what is right. {@link io.icegate.receiver.decode.wire.WireValues} reads the
 * attributes of all. This package knows the columns of a block and nothing of the envelopes around a record.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.decode.wire;
