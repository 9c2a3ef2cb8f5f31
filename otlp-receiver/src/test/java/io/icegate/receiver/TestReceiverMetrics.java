package io.icegate.receiver;

import io.icegate.receiver.commit.CommitMetrics;
import io.icegate.receiver.commit.WaitingRows;
import io.icegate.receiver.ingest.Admission;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What waits for a commit is NaN as long as it is unknown, because 0 would say that nothing waits.
 */
final class TestReceiverMetrics
{
    private static final Map<String, Double> UNKNOWN = Map.of(
            "icegate_wal_uncommitted_segments", Double.NaN,
            "icegate_wal_uncommitted_bytes", Double.NaN,
            "icegate_wal_uncommitted_oldest_seconds", Double.NaN,
            "icegate_wal_corrupt_writers", Double.NaN);

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ReceiverMetrics metrics = new ReceiverMetrics(registry, new Admission(1_000));

    @Test
    void testWaitingRows()
    {
        CommitMetrics logs = metrics.ofTable("logs");
        assertThat(waiting()).as("before the first round").isEqualTo(UNKNOWN);
        logs.waiting(new WaitingRows(3, 500, Duration.ofMillis(1_500), 1));
        assertThat(waiting()).isEqualTo(Map.of(
                "icegate_wal_uncommitted_segments", 3.0,
                "icegate_wal_uncommitted_bytes", 500.0,
                "icegate_wal_uncommitted_oldest_seconds", 1.5,
                "icegate_wal_corrupt_writers", 1.0));
        logs.waitingUnknown();
        assertThat(waiting()).as("after a round that failed").isEqualTo(UNKNOWN);
    }

    private Map<String, Double> waiting()
    {
        Map<String, Double> values = new TreeMap<>();
        registry.scrape(UNKNOWN::containsKey).forEach(snapshot -> ((GaugeSnapshot) snapshot).getDataPoints().forEach(point -> values.put(snapshot.getMetadata().getName(), point.getValue())));
        return values;
    }
}
