package io.icegate.benchmarks;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

final class TestGcLog
{
    private static final List<String> SERIAL = List.of(
            "[0.012s] Using Serial",
            "[1.100s] GC(0) Pause Young (Allocation Failure) 60M->10M(247M) 5.000ms",
            "[2.100s] GC(1) Pause Young (Allocation Failure) 70M->12M(247M) 7.500ms",
            "[2.900s] GC(2) Phase 1: Mark live objects 2.100ms",
            "[3.000s] GC(2) Pause Full (Metadata GC Threshold) 82M->11M(247M) 40.000ms");

    @Test
    void testSerialCollector()
    {
        GcLog.Collections all = GcLog.parse(SERIAL, 0);
        assertThat(all.pausesMillis()).containsExactly(5.0, 7.5, 40.0);
        assertThat(all.allocatedBytes()).isEqualTo((60 + 60 + 70) << 20);
        assertThat(all.millis(50)).isEqualTo(7.5);
        assertThat(all.totalMillis()).isEqualTo(52.5);
    }

    @Test
    void testOnlyWhatCameAfter()
    {
        GcLog.Collections last = GcLog.parse(SERIAL, 2);
        assertThat(last.pausesMillis()).containsExactly(7.5, 40.0);
        assertThat(last.allocatedBytes()).isEqualTo((60 + 70) << 20);
    }

    @Test
    void testCollectorThatHardlyPauses()
    {
        GcLog.Collections all = GcLog.parse(
                List.of(
                        "[1.0s] GC(0) Y: Pause Mark Start 0.010ms",
                        "[1.1s] GC(0) Minor Collection (Allocation Rate) 100M(10%)->20M(2%) 0.050s",
                        "[2.1s] GC(1) Minor Collection (Allocation Rate) 90M(9%)->20M(2%) 0.050s"),
                0);
        assertThat(all.pausesMillis()).containsExactly(0.01);
        assertThat(all.allocatedBytes()).isEqualTo((100 + 70) << 20);
    }

    @Test
    void testNoCollection()
    {
        assertThat(GcLog.parse(List.of(), 0).millis(99)).isZero();
    }
}
