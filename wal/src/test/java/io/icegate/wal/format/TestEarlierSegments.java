package io.icegate.wal.format;

import io.icegate.schema.Signal;
import io.icegate.wal.EarlierSegment;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WalFixture;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * That what is told equals the footers is shown where it is used.
 */
final class TestEarlierSegments
{
    private static final SegmentKey LATER = key(100);

    @Test
    void testRun()
    {
        List<EarlierSegment> told = EarlierSegments.parse(EarlierSegments.encode(run(16, 3)), LATER);
        assertThat(told).extracting(segment -> segment.footer().header().key().sequence().value()).containsExactly(84L, 85L, 86L, 87L, 88L, 89L, 90L, 91L, 92L, 93L, 94L, 95L, 96L, 97L, 98L, 99L);
        assertThat(told).extracting(segment -> segment.footer().batches().size()).containsOnly(3);
        assertThat(told).extracting(EarlierSegment::durable).containsOnly(Instant.ofEpochMilli(7));
        assertThat(EarlierSegments.parse(EarlierSegments.encode(List.of()), LATER)).isEmpty();
    }

    /**
     * Readers get the footer with their first request however many batches there are.
     */
    @Test
    void testNewestAreToldOfMany()
    {
        String text = EarlierSegments.encode(run(16, 300));
        assertThat(text.length()).isLessThanOrEqualTo(EarlierSegments.TEXT_MAX);
        List<EarlierSegment> told = EarlierSegments.parse(text, LATER);
        assertThat(told.size()).isBetween(1, 15);
        assertThat(told.get(told.size() - 1).footer().header().key()).isEqualTo(key(99));
        assertThat(EarlierSegments.encode(run(1, 5_000))).isEmpty();
    }

    @Test
    void testOtherTexts()
    {
        byte[] text = Base64.getDecoder().decode(EarlierSegments.encode(run(2, 1)));
        assertThatThrownBy(() -> EarlierSegments.parse(Base64.getEncoder().encodeToString(Arrays.copyOf(text, text.length / 2)), LATER)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EarlierSegments.parse("?", LATER)).isInstanceOf(IllegalArgumentException.class);
        // nothing tells of itself or of what comes later
        assertThatThrownBy(() -> EarlierSegments.parse(EarlierSegments.encode(run(2, 1)), key(99))).isInstanceOf(IllegalArgumentException.class);
    }

    /**
     * @param batches of each, of one row
     */
    private static List<EarlierSegment> run(int count, int batches)
    {
        SegmentEncoder encoder = new SegmentEncoder(Signal.LOGS.shape());
        List<EarlierSegment> run = new ArrayList<>();
        for (long sequence = LATER.sequence().value() - count; sequence < LATER.sequence().value(); sequence++) {
            SegmentHeader header = new SegmentHeader(key(sequence), new SegmentId("%032x".formatted(sequence * 0x9E3779B97F4A7C15L)), Instant.EPOCH, sequence);
            List<RowBatch> rows = new ArrayList<>();
            for (int batch = 0; batch < batches; batch++) {
                rows.add(LogRows.batch((sequence * 1_000 + batch) * 0x9E3779B97F4A7C15L, "tenant", 1));
            }
            EncodedSegment segment = encoder.encode(header, 0, Signal.LOGS.shape().schema(), rows);
            run.add(new EarlierSegment(segment.footer(), Instant.ofEpochMilli(7)));
        }
        return run;
    }

    private static SegmentKey key(long sequence)
    {
        return new SegmentKey(WalFixture.TABLE, WalFixture.id(1), new Sequence(sequence));
    }
}
