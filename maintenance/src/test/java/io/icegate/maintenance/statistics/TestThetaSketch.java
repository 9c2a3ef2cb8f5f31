package io.icegate.maintenance.statistics;

import org.apache.datasketches.common.Family;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.theta.CompactSketch;
import org.apache.datasketches.theta.SetOperation;
import org.apache.datasketches.theta.Sketches;
import org.apache.datasketches.theta.UpdateSketch;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compares with the library whose form the sketches have.
 */
final class TestThetaSketch
{
    private static final List<Integer> COUNTS = List.of(0, 1, 2, 8, 9, 4096, 4097, 8192, 8193, 100_000);

    @Test
    void testLibraryReadsOurs()
    {
        for (int count : COUNTS) {
            CompactSketch read = CompactSketch.heapify(Memory.wrap(bytes(ours(0, count).serialize())));
            CompactSketch theirs = theirs(0, count).compact();
            assertThat(read.isEmpty()).isEqualTo(count == 0);
            assertThat(read.getRetainedEntries()).as("bounded").isLessThanOrEqualTo(ThetaSketch.HASHES_MAX);
            if (count <= ThetaSketch.HASHES_MAX) {
                assertThat(read.getEstimate()).isEqualTo(count);
                assertThat(read.toByteArray()).as("%s values", count).isEqualTo(theirs.toByteArray());
            }
            else {
                assertThat(read.getEstimate()).isCloseTo(count, Percentage.withPercentage(5));
                assertThat(ours(0, count).estimate()).isCloseTo((long) read.getEstimate(), Percentage.withPercentage(1));
            }
        }
    }

    @Test
    void testReadsTheirs()
    {
        for (int count : COUNTS) {
            for (UpdateSketch theirs : List.of(theirs(0, count), alpha(0, count))) {
                for (boolean ordered : new boolean[] {false, true}) {
                    ThetaSketch read = ThetaSketch.read(ByteBuffer.wrap(theirs.compact(ordered, null).toByteArray())).orElseThrow();
                    assertThat(read.estimate()).isCloseTo(Math.round(theirs.compact().getEstimate()), Percentage.withPercentage(0.1));
                    read.add(ours(count / 2, count * 2));
                    assertThat(read.estimate()).isCloseTo(count * 2L, Percentage.withPercentage(5));
                }
            }
        }
        assertThat(ThetaSketch.read(ByteBuffer.wrap(UpdateSketch.builder().setSeed(1).build().toByteArray()))).isEmpty();
        assertThat(ThetaSketch.read(ByteBuffer.allocate(7))).isEmpty();
        UpdateSketch otherSeed = UpdateSketch.builder().setSeed(1).build();
        otherSeed.update(1);
        assertThat(ThetaSketch.read(ByteBuffer.wrap(otherSeed.compact().toByteArray()))).isEmpty();
    }

    @Test
    void testUnionIsTheirs()
    {
        for (int count : COUNTS) {
            ThetaSketch union = ours(0, count);
            union.add(ours(count / 2, 3 * count));
            var theirs = SetOperation.builder().buildUnion();
            theirs.union(Sketches.wrapSketch(Memory.wrap(bytes(ours(0, count).serialize()))));
            theirs.union(theirs(count / 2, 3 * count));
            assertThat(union.estimate()).isCloseTo(Math.round(theirs.getResult().getEstimate()), Percentage.withPercentage(5));
            assertThat(union.estimate()).isCloseTo(3L * count, Percentage.withPercentage(5));
        }
    }

    /**
     * Values are hashed as Iceberg serializes them.
     */
    @Test
    void testValues()
    {
        ThetaSketch sketch = new ThetaSketch();
        sketch.add(-7);
        sketch.add(-8L);
        byte[] text = "xgrüße".getBytes(UTF_8);
        sketch.add(text, 1, text.length - 1);
        sketch.add(text, 1, 0);
        UpdateSketch theirs = UpdateSketch.builder().build();
        Stream.of(
                value(Types.IntegerType.get(), -7),
                value(Types.LongType.get(), -8L),
                value(Types.StringType.get(), "grüße"),
                value(Types.StringType.get(), "")).forEach(theirs::update);
        assertThat(bytes(sketch.serialize())).isEqualTo(theirs.compact().toByteArray());
    }

    /**
     * Of every length, wherever they stand.
     */
    @Test
    void testTexts()
    {
        byte[] bytes = new byte[200];
        new Random(1).nextBytes(bytes);
        ThetaSketch sketch = new ThetaSketch();
        UpdateSketch theirs = UpdateSketch.builder().build();
        for (int length = 0; length < 100; length++) {
            sketch.add(bytes, length, length);
            theirs.update(Arrays.copyOfRange(bytes, length, 2 * length));
        }
        assertThat(bytes(sketch.serialize())).isEqualTo(theirs.compact().toByteArray());
    }

    private static byte[] value(Type type, Object value)
    {
        return bytes(Conversions.toByteBuffer(type, value));
    }

    private static ThetaSketch ours(int from, int to)
    {
        ThetaSketch sketch = new ThetaSketch();
        for (int round = 0; round < 2; round++) {
            for (int value = from; value < to; value++) {
                sketch.add((long) value);
            }
        }
        return sketch;
    }

    private static UpdateSketch theirs(int from, int to)
    {
        return fill(UpdateSketch.builder().build(), from, to);
    }

    private static UpdateSketch alpha(int from, int to)
    {
        return fill(UpdateSketch.builder().setFamily(Family.ALPHA).build(), from, to);
    }

    private static UpdateSketch fill(UpdateSketch sketch, int from, int to)
    {
        for (int value = from; value < to; value++) {
            sketch.update(value(Types.LongType.get(), (long) value));
        }
        return sketch;
    }

    private static byte[] bytes(ByteBuffer buffer)
    {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
