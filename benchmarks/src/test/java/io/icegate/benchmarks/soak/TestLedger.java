package io.icegate.benchmarks.soak;

import io.icegate.benchmarks.soak.Ledger.Line;
import io.icegate.benchmarks.soak.Ledger.Stored;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

final class TestLedger
{
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 100, 12_345})
    void testEachRecordOnce(long count)
    {
        Stored stored = stored(LongStream.range(0, count));
        assertThat(Stored.of(count)).isEqualTo(stored);
        assertThat(new Line("logs-0", count, 0, stored).balances()).isTrue();
    }

    @Test
    void testLossesAndDuplicatesAreSeen()
    {
        assertThat(new Line("logs-0", 1_000, 0, stored(LongStream.range(0, 1_000).filter(n -> n != 500))).balances()).isFalse();
        assertThat(new Line("logs-0", 1_000, 0, stored(LongStream.concat(LongStream.range(0, 1_000), LongStream.of(500)))).balances()).isFalse();
        // as many as there should be
        assertThat(new Line("logs-0", 1_000, 0, stored(LongStream.range(0, 1_000).map(n -> n == 500 ? 501 : n))).balances()).isFalse();
        // with the same sum, too
        assertThat(new Line("logs-0", 1_000, 0, stored(LongStream.range(0, 1_000).map(n -> n == 500 ? 501 : n == 600 ? 599 : n))).balances()).isFalse();
        assertThat(new Line("logs-0", 1_000, 0, Stored.NOTHING).balances()).isFalse();
    }

    @Test
    void testUnsettledRecordsAreThereOrNot()
    {
        assertThat(new Line("logs-0", 900, 100, stored(LongStream.range(0, 900))).balances()).isTrue();
        assertThat(new Line("logs-0", 900, 100, stored(LongStream.range(0, 1_000))).balances()).isTrue();
        assertThat(new Line("logs-0", 900, 100, stored(LongStream.range(0, 950))).balances()).isFalse();
        assertThat(new Line("logs-0", 900, 0, stored(LongStream.range(0, 1_000))).balances()).isFalse();
    }

    private static Stored stored(LongStream numbers)
    {
        long[] all = numbers.toArray();
        BigInteger sum = BigInteger.ZERO;
        BigInteger squares = BigInteger.ZERO;
        for (long number : all) {
            BigInteger value = BigInteger.valueOf(number);
            sum = sum.add(value);
            squares = squares.add(value.multiply(value));
        }
        return all.length == 0 ? Stored.NOTHING : new Stored(all.length, LongStream.of(all).min().orElseThrow(), LongStream.of(all).max().orElseThrow(), sum, squares);
    }
}
