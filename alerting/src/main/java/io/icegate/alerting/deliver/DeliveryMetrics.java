package io.icegate.alerting.deliver;

/**
 * Counts deliveries.
 */
public interface DeliveryMetrics
{
    DeliveryMetrics NONE = (_, _) -> {};

    /**
     * A request to a channel ended.
     *
     * @param result {@code delivered}, {@code gave_up}, {@code no_answer}, {@code lookup}, {@code partial_success} or {@code http_<status>}
     */
    void attempted(String channel, String result);
}
