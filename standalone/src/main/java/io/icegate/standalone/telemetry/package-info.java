/**
 * Applications that log through the OpenTelemetry Java SDK, and what they learn about their records.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone.telemetry;
