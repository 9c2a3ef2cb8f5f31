package io.icegate.maintenance.merge;

import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriter;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriterForInteger;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriterForLong;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is decoded here without parquet-java is what parquet-java encoded, with every width of bits, and wherever pages end.
 */
final class TestPageDecoding
{
    private static final int SLAB_BYTES = 1024;
    private static final int OFFSET = 3;

    @Test
    void testDifferences()
            throws IOException
    {
        Random random = new Random(1);
        for (int bits = 1; bits <= Long.SIZE; bits++) {
            for (int count : new int[] {1, 2, 33, 128, 129, 1_000}) {
                int shift = Long.SIZE - bits;
                long[] numbers = random.longs(count).map(number -> number >> shift).toArray();
                DeltaBinaryPackingValuesWriterForLong writer = new DeltaBinaryPackingValuesWriterForLong(SLAB_BYTES, SLAB_BYTES, HeapByteBufferAllocator.getInstance());
                for (long number : numbers) {
                    writer.writeLong(number);
                }
                assertDecoded(writer, numbers);
            }
        }
    }

    /**
     * Differences of 32 bits run over, and only the low bits count.
     */
    @Test
    void testDifferencesOfIntegers()
            throws IOException
    {
        int[] numbers = new Random(2).ints(500).toArray();
        numbers[100] = Integer.MIN_VALUE;
        numbers[101] = Integer.MAX_VALUE;
        DeltaBinaryPackingValuesWriterForInteger writer = new DeltaBinaryPackingValuesWriterForInteger(SLAB_BYTES, SLAB_BYTES, HeapByteBufferAllocator.getInstance());
        for (int number : numbers) {
            writer.writeInteger(number);
        }
        long[] decoded = new DeltaNumbers(page(writer.getBytes(), 0), OFFSET).decode(numbers.length);
        assertThat(Arrays.stream(decoded).mapToInt(number -> (int) number).toArray()).isEqualTo(numbers);
    }

    private static void assertDecoded(DeltaBinaryPackingValuesWriter writer, long[] numbers)
            throws IOException
    {
        // texts may follow, or nothing
        for (int rest : new int[] {0, 20}) {
            byte[] page = page(writer.getBytes(), rest);
            DeltaNumbers decoder = new DeltaNumbers(page, OFFSET);
            assertThat(decoder.decode(numbers.length)).isEqualTo(numbers);
            assertThat(decoder.end()).isEqualTo(page.length - rest);
        }
    }

    @Test
    void testAnotherNumberOfDifferences()
    {
        DeltaBinaryPackingValuesWriterForLong writer = new DeltaBinaryPackingValuesWriterForLong(SLAB_BYTES, SLAB_BYTES, HeapByteBufferAllocator.getInstance());
        writer.writeLong(1);
        writer.writeLong(2);
        assertThatThrownBy(() -> new DeltaNumbers(page(writer.getBytes(), 0), OFFSET).decode(3)).isInstanceOf(MergeRefusedException.class);
    }

    @Test
    void testRunLengths()
            throws IOException
    {
        Random random = new Random(3);
        for (int bits = 0; bits < Integer.SIZE; bits++) {
            for (int count : new int[] {1, 7, 8, 9, 500, 505}) {
                int mask = (int) ((1L << bits) - 1);
                int[] ids = new int[count];
                for (int i = 0; i < count; i++) {
                    ids[i] = i > 0 && random.nextInt(20) > 0 && i / 100 % 2 == 0 ? ids[i - 1] : random.nextInt() & mask;
                }
                RunLengthBitPackingHybridEncoder encoder = new RunLengthBitPackingHybridEncoder(bits, SLAB_BYTES, SLAB_BYTES, HeapByteBufferAllocator.getInstance());
                for (int id : ids) {
                    encoder.writeInt(id);
                }
                BytesInput encoded = encoder.toBytes();
                for (int rest : new int[] {0, 20}) {
                    byte[] page = page(encoded, rest);
                    assertThat(RunLengths.ids(page, OFFSET, bits, count)).isEqualTo(ids);
                    if (bits < Byte.SIZE) {
                        byte[] levels = RunLengths.levels(page, OFFSET, bits, count);
                        for (int i = 0; i < count; i++) {
                            assertThat((int) levels[i]).isEqualTo(ids[i]);
                        }
                    }
                }
            }
        }
    }

    @Test
    void testHash()
    {
        BlockSplitBloomFilter filter = new BlockSplitBloomFilter(BlockSplitBloomFilter.LOWER_BOUND_BYTES);
        Random random = new Random(4);
        for (int length = 0; length < 200; length++) {
            byte[] bytes = new byte[OFFSET + length];
            random.nextBytes(bytes);
            assertThat(XxHash64.hash(bytes, OFFSET, length)).isEqualTo(filter.hash(Binary.fromConstantByteArray(bytes, OFFSET, length)));
        }
    }

    /**
     * A page with other bytes before.
     *
     * @param rest bytes behind
     */
    private static byte[] page(BytesInput encoded, int rest)
            throws IOException
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        encoded.writeAllTo(out);
        byte[] bytes = out.toByteArray();
        byte[] page = new byte[OFFSET + bytes.length + rest];
        Arrays.fill(page, (byte) -1);
        System.arraycopy(bytes, 0, page, OFFSET, bytes.length);
        return page;
    }
}
