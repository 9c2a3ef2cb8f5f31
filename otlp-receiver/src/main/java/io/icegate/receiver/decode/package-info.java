/**
 * Turns the bytes of an export request to rows. {@link io.icegate.receiver.decode.OtlpRequestDecoder} brings either encoding
 * to protobuf's wire format, {@link io.icegate.receiver.decode.EnvelopeDecoder} walks its envelopes for every signal alike,
 * and a {@link io.icegate.receiver.decode.RecordDecoder} per signal makes rows of the records. What columns cannot give back
 * goes to the {@link io.icegate.receiver.decode.Residual}; what the client has to know goes to
 * {@link io.icegate.receiver.decode.Findings}. The package imports {@code receiver.signal} and the rows of {@code wal}, never
 * {@code receiver.ingest}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.decode;
