package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.Numbers;
import io.icegate.maintenance.merge.PageValues.Texts;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.format.BloomFilterAlgorithm;
import org.apache.parquet.format.BloomFilterCompression;
import org.apache.parquet.format.BloomFilterHash;
import org.apache.parquet.format.BloomFilterHeader;
import org.apache.parquet.format.SplitBlockAlgorithm;
import org.apache.parquet.format.Uncompressed;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.XxHash;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Collects the hashes of the values of a chunk, so that its bloom filter is as large as the different values need.
 */
final class BloomHashes
{
    private final PrimitiveTypeName type;
    private final double fpp;
    private final BlockSplitBloomFilter hasher = new BlockSplitBloomFilter(BlockSplitBloomFilter.LOWER_BOUND_BYTES);
    private long[] hashes = new long[1024];
    private int count;

    BloomHashes(PrimitiveTypeName type, double fpp)
    {
        this.type = type;
        this.fpp = fpp;
    }

    void add(PageValues page, int row)
    {
        int value = page.value(row);
        if (value < 0) {
            return;
        }
        if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, count * 2);
        }
        hashes[count++] = page instanceof Texts texts ? hasher.hash(texts.text(value)) : number(((Numbers) page).number(value));
    }

    private long number(long value)
    {
        return switch (type) {
            case INT32 -> hasher.hash((int) value);
            case DOUBLE -> hasher.hash(Double.longBitsToDouble(value));
            default -> hasher.hash(value);
        };
    }

    /**
     * Takes the filter as it stands in a file; empty when there were no values.
     */
    Optional<byte[]> take()
            throws IOException
    {
        if (count == 0) {
            return Optional.empty();
        }
        Arrays.sort(hashes, 0, count);
        int distinct = 1;
        for (int i = 1; i < count; i++) {
            distinct += hashes[i] == hashes[i - 1] ? 0 : 1;
        }
        BlockSplitBloomFilter filter = new BlockSplitBloomFilter(BlockSplitBloomFilter.optimalNumOfBits(distinct, fpp) / Byte.SIZE);
        for (int i = 0; i < count; i++) {
            filter.insertHash(hashes[i]);
        }
        count = 0;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Util.writeBloomFilterHeader(
                new BloomFilterHeader(
                        filter.getBitsetSize(),
                        BloomFilterAlgorithm.BLOCK(new SplitBlockAlgorithm()),
                        BloomFilterHash.XXHASH(new XxHash()),
                        BloomFilterCompression.UNCOMPRESSED(new Uncompressed())),
                out);
        filter.writeTo(out);
        return Optional.of(out.toByteArray());
    }
}
