package io.icegate.wal.parquet;

import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * parquet-java's encoder is the oracle: both give the same bytes.
 */
final class TestRunLengths
{
    @Test
    void testSameBytesAsParquetJava()
            throws IOException
    {
        for (long seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            int max = random.nextInt(4) == 0 ? random.nextInt(1 << 20) : random.nextInt(1 << (1 + random.nextInt(8)));
            int[] values = values(random, max, random.nextInt(random.nextInt(10) == 0 ? 5_000 : 200));
            int bitWidth = BytesUtils.getWidthFromMaxInt(max);
            ByteSink out = new ByteSink(1);
            RunLengths.write(values, values.length, bitWidth, out);
            assertThat(out.toByteArray()).as("seed %s: %s", seed, values).isEqualTo(parquetJava(values, bitWidth));
        }
    }

    @Test
    void testLevelsThatAreAllAlike()
            throws IOException
    {
        for (int count = 1; count < 40; count++) {
            for (int level = 0; level < 3; level++) {
                Levels one = new Levels(2);
                one.add(level, count);
                Levels each = new Levels(2);
                for (int i = 0; i < count; i++) {
                    each.add(level);
                }
                int[] levels = new int[count];
                Arrays.fill(levels, level);
                assertThat(written(one)).isEqualTo(written(each)).endsWith(parquetJava(levels, 2));
            }
        }
    }

    @Test
    void testLevelsThatDiffer()
            throws IOException
    {
        for (long seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            int max = 1 + random.nextInt(Byte.MAX_VALUE);
            int bitWidth = BytesUtils.getWidthFromMaxInt(max);
            Levels levels = new Levels(max);
            int[] expected = new int[0];
            int runs = random.nextInt(20);
            for (int run = 0; run < runs; run++) {
                int level = random.nextInt(max + 1);
                int start = expected.length;
                if (random.nextBoolean()) {
                    int count = random.nextInt(30);
                    levels.add(level, count);
                    expected = Arrays.copyOf(expected, start + count);
                    Arrays.fill(expected, start, expected.length, level);
                }
                else {
                    int values = 1 + random.nextInt(12);
                    int rows = random.nextInt(70);
                    int others = random.nextInt(max + 1);
                    levels.addRows(level, others, values, rows);
                    expected = Arrays.copyOf(expected, start + values * rows);
                    for (int i = start; i < expected.length; i++) {
                        expected[i] = (i - start) % values == 0 ? level : others;
                    }
                }
            }
            assertThat(levels.count()).isEqualTo(expected.length);
            byte[] packed = parquetJava(expected, bitWidth);
            assertThat(written(levels)).as("seed %s", seed).endsWith(packed).hasSize(Integer.BYTES + packed.length);
        }
    }

    private static byte[] written(Levels levels)
    {
        ByteSink page = new ByteSink(1);
        levels.write(page);
        return page.toByteArray();
    }

    private static int[] values(Random random, int max, int count)
    {
        int[] values = new int[count];
        int at = 0;
        while (at < count) {
            int run = Math.min(count - at, random.nextBoolean() ? 1 : random.nextInt(40));
            Arrays.fill(values, at, at + run, random.nextInt(max + 1));
            at += run;
        }
        return values;
    }

    private static byte[] parquetJava(int[] values, int bitWidth)
            throws IOException
    {
        RunLengthBitPackingHybridEncoder encoder = new RunLengthBitPackingHybridEncoder(bitWidth, 64, 1 << 16, HeapByteBufferAllocator.getInstance());
        for (int value : values) {
            encoder.writeInt(value);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        encoder.toBytes().writeAllTo(bytes);
        encoder.close();
        return bytes.toByteArray();
    }
}
