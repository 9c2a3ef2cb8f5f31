package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.PageValues.Constant;
import io.icegate.maintenance.statistics.ThetaSketch;
import io.icegate.wal.parquet.ForeignDictionary;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Sketches how many different values a column has. An entry of a dictionary is hashed once for each chunk that is read and chunk that
 * is written, not for each row.
 */
final class DistinctValues
        implements ValueSink
{
    /**
     * Numbers that are not hashed again, one for each of their last bits.
     */
    private static final int NUMBERS_KEPT = 256;

    private final boolean isInteger;
    private final ThetaSketch sketch = new ThetaSketch();
    private final Map<ForeignDictionary, BitSet> added = new IdentityHashMap<>();
    private final long[] numbersAdded = new long[NUMBERS_KEPT];

    DistinctValues(PrimitiveTypeName type)
    {
        isInteger = type == PrimitiveTypeName.INT32;
        // a number that belongs into another place is in none
        for (int i = 0; i < NUMBERS_KEPT; i++) {
            numbersAdded[i] = i + 1L;
        }
    }

    ThetaSketch sketch()
    {
        return sketch;
    }

    /**
     * Lets go of dictionaries, which would keep the memory of all chunks.
     */
    void endChunk()
    {
        added.clear();
    }

    @Override
    public void add(Constant constant)
    {
        if (constant.value() instanceof Binary text) {
            sketch.add(text.getBytesUnsafe(), 0, text.length());
        }
        else if (constant.value() instanceof Long number) {
            add(number);
        }
    }

    @Override
    public void addNumbers(long[] numbers, int size)
    {
        for (int i = 0; i < size; i++) {
            add(numbers[i]);
        }
    }

    private void add(long number)
    {
        int place = (int) number & (NUMBERS_KEPT - 1);
        if (numbersAdded[place] == number) {
            return;
        }
        numbersAdded[place] = number;
        if (isInteger) {
            sketch.add((int) number);
        }
        else {
            sketch.add(number);
        }
    }

    @Override
    public void addTexts(byte[][] contents, int[] offsets, int[] lengths, int size)
    {
        for (int i = 0; i < size; i++) {
            sketch.add(contents[i], offsets[i], lengths[i]);
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
                Binary entry = last.entry(entries[i]);
                sketch.add(entry.getBytesUnsafe(), 0, entry.length());
            }
        }
    }
}
