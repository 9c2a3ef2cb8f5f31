package io.icegate.receiver.decode;

import io.icegate.receiver.OtlpRow;
import io.icegate.receiver.signal.Encoding;
import io.icegate.schema.MetricRow;
import io.icegate.schema.Signal;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.MetricBatch;
import io.icegate.wal.format.MetricRows;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.format.SegmentRows;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client sent can be rebuilt from the stored data points, whatever it is. {@code -Dicegate.seed} replays one round.
 */
final class TestLosslessMetrics
{
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            MetricsDecoding.NOW);

    @Test
    @OtlpRow(27)
    void testStoredRowsGiveTheRequestBack()
    {
        SegmentEncoder encoder = new SegmentEncoder(Signal.METRICS.shape());
        int residuals = 0;
        for (long seed : seeds(20)) {
            Random random = new Random(seed);
            List<ExportMetricsServiceRequest> requests = new ArrayList<>();
            List<MetricBatch> batches = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ExportMetricsServiceRequest request = new MetricPayloads(random, i > 0).request();
                requests.add(request);
                batches.add(MetricsDecoding.decode(request));
            }
            List<MetricRow> rows = new ArrayList<>();
            if (batches.stream().anyMatch(batch -> batch.rowCount() > 0)) {
                SegmentRows.read(encoder.encode(HEADER, 0, Signal.METRICS.shape().schema(), batches).content(), Signal.METRICS.shape().schema())
                        .forEach(row -> rows.add(MetricRows.fromRecord(row)));
            }
            assertThat(NormalForm.of(rows.stream().map(OtlpRebuilder::request).toList()))
                    .as("seed %s", seed)
                    .isEqualTo(NormalForm.of(requests));
            residuals += (int) rows.stream().filter(row -> row.residual() != null).count();
        }
        assertThat(residuals).isPositive();
    }

    @Test
    void testOrdinaryRequestsNeedNoResidual()
    {
        for (long seed : seeds(50)) {
            assertThat(MetricsDecoding.decode(new MetricPayloads(new Random(seed), false).request()).rows())
                    .as("seed %s", seed)
                    .allMatch(row -> row.residual() == null);
        }
    }

    @Test
    @OtlpRow(17)
    void testJsonGivesTheSameRows()
    {
        for (long seed : seeds(200)) {
            Random random = new Random(seed);
            ExportMetricsServiceRequest request = new MetricPayloads(random, false).request();
            String json = new OtlpJsonWriter(random).write(request);
            MetricBatch fromJson = (MetricBatch) MetricsDecoding.decode(json.getBytes(UTF_8), Encoding.JSON, DecodeLimits.DEFAULT).batch();
            assertThat(fromJson.rows().stream().map(MetricRows::values).toList())
                    .as("seed %s: %s", seed, json)
                    .isEqualTo(MetricsDecoding.decode(request).rows().stream().map(MetricRows::values).toList());
        }
    }

    private static long[] seeds(int count)
    {
        Long seed = Long.getLong("icegate.seed");
        return seed != null ? new long[] {seed} : new Random(20_261_122).longs(count).toArray();
    }
}
