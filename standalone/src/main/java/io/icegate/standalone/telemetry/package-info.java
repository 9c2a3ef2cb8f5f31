/**
 * Applications that log through the OpenTelemetry Java SDK. {@link io.icegate.standalone.telemetry.LoggingApplication} is one of them,
 * {@link io.icegate.standalone.telemetry.SdkExportCounts} counts what their exporters got acknowledged, and
 * {@link io.icegate.standalone.telemetry.FreshnessProbe} measures when acknowledged records are in SQL. This package imports nothing of
 * ours but the exception of {@code console}, so tests and benchmarks use it as well.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone.telemetry;
