package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.Constant;
import io.icegate.wal.parquet.ForeignDictionary;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.format.BloomFilterAlgorithm;
import org.apache.parquet.format.BloomFilterCompression;
import org.apache.parquet.format.BloomFilterHash;
import org.apache.parquet.format.BloomFilterHeader;
import org.apache.parquet.format.SplitBlockAlgorithm;
import org.apache.parquet.format.Uncompressed;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.XxHash;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Collects the different hashes of the values of a chunk, so that its bloom filter is as large as they need.
 */
final class BloomHashes
        implements ValueSink
{
    private static final int TABLE_INITIAL = 1024;
    private static final int TABLE_KEPT_MAX = 1 << 18;

    private final PrimitiveTypeName type;
    private final double fpp;
    private final BlockSplitBloomFilter hasher = new BlockSplitBloomFilter(BlockSplitBloomFilter.LOWER_BOUND_BYTES);
    /**
     * Hashes where their bits say or behind; 0 for none. At most half full, and a power of two.
     */
    private long[] table = new long[TABLE_INITIAL];
    private int count;
    private boolean hasZero;
    /**
     * Entries of each dictionary that are in the table.
     */
    private final Map<ForeignDictionary, BitSet> added = new IdentityHashMap<>();

    BloomHashes(PrimitiveTypeName type, double fpp)
    {
        this.type = type;
        this.fpp = fpp;
    }

    @Override
    public void add(Constant constant)
    {
        Object value = constant.value();
        if (value instanceof Binary text) {
            add(hasher.hash(text));
        }
        else if (value instanceof Long number) {
            add(number(number));
        }
    }

    @Override
    public void addNumbers(long[] numbers, int size)
    {
        for (int i = 0; i < size; i++) {
            add(number(numbers[i]));
        }
    }

    @Override
    public void addTexts(byte[][] contents, int[] offsets, int[] lengths, int size)
    {
        for (int i = 0; i < size; i++) {
            add(XxHash64.hash(contents[i], offsets[i], lengths[i]));
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // one instance per chunk
    public void addEntries(ForeignDictionary[] dictionaries, int[] entries, int size)
    {
        ForeignDictionary last = null;
        BitSet known = new BitSet();
        for (int i = 0; i < size; i++) {
            if (dictionaries[i] != last) {
                last = dictionaries[i];
                known = added.computeIfAbsent(last, dictionary -> new BitSet(dictionary.size()));
            }
            if (!known.get(entries[i])) {
                known.set(entries[i]);
                add(hasher.hash(last.entry(entries[i])));
            }
        }
    }

    private long number(long value)
    {
        return switch (type) {
            case INT32 -> hasher.hash((int) value);
            case DOUBLE -> hasher.hash(Double.longBitsToDouble(value));
            default -> hasher.hash(value);
        };
    }

    private void add(long hash)
    {
        if (hash == 0) {
            hasZero = true;
            return;
        }
        int slot = (int) hash & (table.length - 1);
        while (table[slot] != 0) {
            if (table[slot] == hash) {
                return;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        table[slot] = hash;
        if (++count * 2 > table.length) {
            grow();
        }
    }

    private void grow()
    {
        long[] old = table;
        table = new long[old.length * 2];
        for (long hash : old) {
            if (hash != 0) {
                int slot = (int) hash & (table.length - 1);
                while (table[slot] != 0) {
                    slot = (slot + 1) & (table.length - 1);
                }
                table[slot] = hash;
            }
        }
    }

    /**
     * Takes the filter as it stands in a file; empty when there were no values.
     */
    Optional<byte[]> take()
            throws IOException
    {
        if (count == 0 && !hasZero) {
            return Optional.empty();
        }
        BlockSplitBloomFilter filter = new BlockSplitBloomFilter(BlockSplitBloomFilter.optimalNumOfBits(count + (hasZero ? 1 : 0), fpp) / Byte.SIZE);
        for (long hash : table) {
            if (hash != 0) {
                filter.insertHash(hash);
            }
        }
        if (hasZero) {
            filter.insertHash(0);
        }
        reset();
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

    private void reset()
    {
        if (table.length > TABLE_KEPT_MAX) {
            table = new long[TABLE_INITIAL];
        }
        else {
            Arrays.fill(table, 0);
        }
        count = 0;
        hasZero = false;
        added.clear();
    }
}
