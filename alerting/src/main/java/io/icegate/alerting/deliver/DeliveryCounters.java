package io.icegate.alerting.deliver;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * The metrics of deliveries.
 */
public final class DeliveryCounters
        implements DeliveryMetrics
{
    private final PrometheusRegistry registry;
    private final Counter deliveries;

    public DeliveryCounters(PrometheusRegistry registry)
    {
        this.registry = registry;
        this.deliveries = Counter.builder()
                .name("icegate_alert_deliveries_total")
                .help("Requests to channels, by how they ended")
                .labelNames("channel", "result")
                .register(registry);
    }

    @Override
    public void attempted(String channel, String result)
    {
        deliveries.labelValues(channel, result).inc();
    }

    /**
     * Shows how long the oldest record waits for each channel.
     */
    public void watch(Deliveries watched)
    {
        GaugeWithCallback.builder()
                .name("icegate_alert_outbox_oldest_seconds")
                .help("Age of the oldest record that an attempt failed to deliver; 0 when there is none")
                .labelNames("channel")
                .callback(gauge -> watched.oldest().forEach((channel, age) -> gauge.call(age.toMillis() / (double) SECONDS.toMillis(1), channel)))
                .register(registry);
    }
}
