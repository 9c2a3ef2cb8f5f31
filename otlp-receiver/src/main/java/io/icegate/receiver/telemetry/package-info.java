/**
 * Stores what a receiver has to tell of itself in its own tables. {@link io.icegate.receiver.telemetry.SelfTelemetry} collects in
 * intervals and hands to ingest; {@code LogCapture} keeps warnings, {@link io.icegate.receiver.telemetry.SpanBuffer} keeps the spans that
 * {@link io.icegate.receiver.telemetry.SignalSpans} records, and {@code MetricPoints} writes metrics as OTLP. All of it is bounded, and
 * nothing waits for it. The package imports {@code signal}, {@code ingest} and {@code commit}, and only the receiver's root imports it.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.telemetry;
