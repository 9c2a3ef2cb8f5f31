package io.icegate.receiver.telemetry;

import io.icegate.receiver.signal.OtlpSignal;

/**
 * Counts what becomes of own telemetry.
 */
public interface SelfMetrics
{
    SelfMetrics NONE = new SelfMetrics() {};

    /**
     * Records became durable.
     */
    default void accepted(OtlpSignal signal, long records) {}

    /**
     * Records are lost, because there was no room for them or they were refused.
     */
    default void dropped(OtlpSignal signal, long records) {}
}
