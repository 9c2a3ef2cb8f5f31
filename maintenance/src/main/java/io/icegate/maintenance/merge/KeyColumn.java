package io.icegate.maintenance.merge;

import com.github.luben.zstd.ZstdDecompressCtx;
import io.icegate.maintenance.merge.PageValues.DictionaryTexts;
import io.icegate.maintenance.merge.PageValues.Numbers;
import io.icegate.maintenance.merge.PageValues.Texts;
import io.icegate.wal.parquet.ForeignDictionary;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The values of one column that rows are partitioned or sorted by, of all rows of all inputs: numbers, or ids of distinct texts.
 */
final class KeyColumn
{
    private static final int TEXTS_MAX = 500_000;

    private final long[] values;
    private final BitSet nulls = new BitSet();
    private final List<Binary> texts = new ArrayList<>();
    private final Map<Binary, Integer> ids = new HashMap<>();
    private final boolean text;
    private final boolean floating;
    private @Nullable ForeignDictionary lastDictionary;
    private int[] lastIds = {};

    private KeyColumn(int rows, PrimitiveTypeName type)
    {
        values = new long[rows];
        text = type == PrimitiveTypeName.BINARY;
        floating = type == PrimitiveTypeName.DOUBLE;
    }

    static KeyColumn read(TableColumns columns, int leaf, List<LocalFile> inputs, int rows, ZstdDecompressCtx zstd)
            throws IOException
    {
        PrimitiveTypeName type = columns.leaves().get(leaf).getPrimitiveType().getPrimitiveTypeName();
        if (type == PrimitiveTypeName.BOOLEAN) {
            throw new MergeRefusedException("Cannot merge files that are ordered by column %s: it is boolean".formatted(columns.leaves().get(leaf).getPath()[0]));
        }
        KeyColumn column = new KeyColumn(rows, type);
        SharedValues shared = columns.share(leaf);
        int base = 0;
        for (LocalFile input : inputs) {
            PageReader pages = columns.open(input, leaf, shared, zstd);
            if (pages == null) {
                column.nulls.set(base, base + input.rows());
            }
            else {
                for (PageValues page = pages.next(); page != null; page = pages.next()) {
                    column.add(page, base);
                }
            }
            base += input.rows();
        }
        column.ids.clear();
        return column;
    }

    private void add(PageValues page, int base)
    {
        for (int row = page.first(); row < page.end(); row++) {
            int value = page.value(row - page.first());
            if (value < 0) {
                nulls.set(base + row);
            }
            else if (page instanceof DictionaryTexts entries) {
                values[base + row] = id(entries, value);
            }
            else if (page instanceof Texts plain) {
                values[base + row] = id(plain.text(value));
            }
            else {
                values[base + row] = ((Numbers) page).number(value);
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // one instance per chunk
    private int id(DictionaryTexts page, int value)
    {
        if (lastDictionary != page.dictionary()) {
            lastDictionary = page.dictionary();
            lastIds = new int[0];
        }
        int entry = page.id(value);
        if (entry >= lastIds.length) {
            // the dictionary of a column grows from page to page
            int known = lastIds.length;
            lastIds = Arrays.copyOf(lastIds, page.dictionary().size());
            Arrays.fill(lastIds, known, lastIds.length, -1);
        }
        if (lastIds[entry] < 0) {
            lastIds[entry] = id(page.text(value));
        }
        return lastIds[entry];
    }

    private int id(Binary value)
    {
        Integer known = ids.get(value);
        if (known != null) {
            return known;
        }
        if (texts.size() == TEXTS_MAX) {
            throw new MergeRefusedException("Cannot merge files whose order has more than %s different texts in memory".formatted(TEXTS_MAX));
        }
        Binary copy = Binary.fromConstantByteArray(value.getBytes());
        ids.put(copy, texts.size());
        texts.add(copy);
        return texts.size() - 1;
    }

    boolean isNull(int row)
    {
        return nulls.get(row);
    }

    /**
     * Returns the number of a row, or the id of its text.
     */
    long value(int row)
    {
        return values[row];
    }

    boolean isText()
    {
        return text;
    }

    Binary text(int id)
    {
        return texts.get(id);
    }

    /**
     * Turns the values into numbers of the same order.
     */
    long[] ranks(boolean descending, boolean nullsFirst)
    {
        long[] ranks = new long[values.length];
        long[] order = text ? textRanks() : new long[0];
        // those of texts stay near the others, so that keys can be packed
        long before = text ? -order.length - 1L : Long.MIN_VALUE;
        long behind = text ? order.length : Long.MAX_VALUE;
        for (int row = 0; row < ranks.length; row++) {
            if (nulls.get(row)) {
                ranks[row] = nullsFirst ? before : behind;
                continue;
            }
            long rank = text ? order[(int) values[row]] : floating ? ordered(values[row]) : values[row];
            ranks[row] = descending ? ~rank : rank;
        }
        return ranks;
    }

    /**
     * Bits of a double as a number of the same order.
     */
    private static long ordered(long bits)
    {
        return bits ^ (bits >> Long.SIZE - 1 & Long.MAX_VALUE);
    }

    private long[] textRanks()
    {
        int[] sorted = IntStream.range(0, texts.size())
                .boxed()
                .sorted(Comparator.comparing(texts::get, (left, right) -> Arrays.compareUnsigned(left.getBytesUnsafe(), right.getBytesUnsafe())))
                .mapToInt(Integer::intValue)
                .toArray();
        long[] ranks = new long[sorted.length];
        for (int rank = 0; rank < sorted.length; rank++) {
            ranks[sorted[rank]] = rank;
        }
        return ranks;
    }
}
