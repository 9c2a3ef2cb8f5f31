package io.icegate.maintenance.merge;

import io.icegate.wal.parquet.ForeignDictionary;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ValuesType;
import org.apache.parquet.column.values.ValuesReader;
import org.apache.parquet.format.Type;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

import static java.util.Objects.requireNonNull;

/**
 * Decodes the values of one page. What our own files hold most is decoded here without an object for each value; for every other
 * encoding there are parquet-java's readers.
 */
final class ValueDecoder
{
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ColumnDescriptor column;
    private final PrimitiveTypeName type;
    /**
     * True for numbers of 32 bits, which a column of 64 bits has in files from before it was widened.
     */
    private final boolean narrow;
    private final SharedValues shared;
    private final byte[] content;
    private final int start;
    private final int count;

    /**
     * @param start of the values in the page
     * @param count of values, without those that are absent
     */
    ValueDecoder(ColumnDescriptor column, Type fileType, SharedValues shared, byte[] content, int start, int count)
    {
        this.column = column;
        this.shared = shared;
        this.type = column.getPrimitiveType().getPrimitiveTypeName();
        this.narrow = fileType == Type.INT32;
        this.content = content;
        this.start = start;
        this.count = count;
    }

    static int intAt(byte[] bytes, int at)
    {
        return (int) INT.get(bytes, at);
    }

    boolean isText()
    {
        return type == PrimitiveTypeName.BINARY;
    }

    /**
     * @param texts the dictionary of texts; null when the chunk has none
     * @param numbers the dictionary of numbers; null when the chunk has none
     */
    PageValues decode(PageValues.Rows rows, Encoding encoding, @Nullable ChunkTexts texts, long @Nullable [] numbers)
            throws IOException
    {
        if (count == 0 || encoding == Encoding.PLAIN) {
            return plain(rows);
        }
        if (encoding.usesDictionary()) {
            int[] ids = ids();
            if (isText()) {
                return requireNonNull(texts, "texts is null").page(rows, ids);
            }
            long[] entries = requireNonNull(numbers, "numbers is null");
            long[] values = new long[count];
            for (int i = 0; i < count; i++) {
                values[i] = entries[ids[i]];
            }
            return new PageValues.Numbers(rows, values);
        }
        if (encoding == Encoding.DELTA_LENGTH_BYTE_ARRAY) {
            return lengthsApart(rows);
        }
        if (encoding == Encoding.DELTA_BINARY_PACKED) {
            return differences(rows);
        }
        return library(rows, encoding);
    }

    private int[] ids()
    {
        return RunLengths.ids(content, start + 1, content[start], count);
    }

    /**
     * The texts of a dictionary, copied.
     */
    Binary[] plainEntries()
    {
        Binary[] entries = new Binary[count];
        int at = start;
        for (int i = 0; i < count; i++) {
            int length = intAt(content, at);
            at += Integer.BYTES;
            entries[i] = Binary.fromConstantByteArray(Arrays.copyOfRange(content, at, at + length));
            at += length;
        }
        return entries;
    }

    private PageValues plain(PageValues.Rows rows)
    {
        return switch (type) {
            case BINARY -> plainTexts(rows);
            case BOOLEAN -> {
                boolean[] values = new boolean[count];
                for (int i = 0; i < count; i++) {
                    values[i] = (content[start + i / Byte.SIZE] >>> i % Byte.SIZE & 1) != 0;
                }
                yield new PageValues.Booleans(rows, values);
            }
            case INT32, INT64, DOUBLE -> new PageValues.Numbers(rows, plainNumbers());
            case FLOAT, INT96, FIXED_LEN_BYTE_ARRAY -> throw new MergeRefusedException("Cannot merge column %s: it is %s".formatted(String.join(".", column.getPath()), type));
        };
    }

    private PageValues plainTexts(PageValues.Rows rows)
    {
        int[] offsets = new int[count + 1];
        offsets[0] = start + Integer.BYTES;
        for (int i = 0; i < count; i++) {
            offsets[i + 1] = offsets[i] + intAt(content, offsets[i] - Integer.BYTES) + Integer.BYTES;
        }
        return texts(rows, offsets, Integer.BYTES);
    }

    /**
     * Numbers of a page or dictionary.
     */
    long[] plainNumbers()
    {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = narrow ? intAt(content, start + i * Integer.BYTES) : (long) LONG.get(content, start + i * Long.BYTES);
        }
        return values;
    }

    private PageValues differences(PageValues.Rows rows)
    {
        long[] values = new DeltaNumbers(content, start).decode(count);
        if (type == PrimitiveTypeName.INT32 || narrow) {
            for (int i = 0; i < count; i++) {
                // differences of 32 bits may run over
                values[i] = (int) values[i];
            }
        }
        return new PageValues.Numbers(rows, values);
    }

    private PageValues lengthsApart(PageValues.Rows rows)
    {
        DeltaNumbers numbers = new DeltaNumbers(content, start);
        long[] decoded = numbers.decode(count);
        int[] offsets = new int[count + 1];
        offsets[0] = numbers.end();
        for (int i = 0; i < count; i++) {
            offsets[i + 1] = offsets[i] + (int) decoded[i];
        }
        return texts(rows, offsets, 0);
    }

    private PageValues texts(PageValues.Rows rows, int[] offsets, int gap)
    {
        int[] ids = shared.ids(rows, content, offsets, gap);
        return ids == null ? new PageValues.PlainTexts(rows, content, offsets, gap) : shared.entries(rows, requireNonNull(shared.dictionary(), "dictionary is null"), ids);
    }

    private ByteBufferInputStream stream()
    {
        return ByteBufferInputStream.wrap(ByteBuffer.wrap(content, start, content.length - start));
    }

    private PageValues library(PageValues.Rows rows, Encoding encoding)
            throws IOException
    {
        ValuesReader reader = encoding.getValuesReader(column, ValuesType.VALUES);
        reader.initFromPage(count, stream());
        return switch (type) {
            case BINARY -> {
                Binary[] texts = new Binary[count];
                int[] ids = new int[count];
                for (int i = 0; i < count; i++) {
                    texts[i] = Binary.fromConstantByteArray(reader.readBytes().getBytes());
                    ids[i] = i;
                }
                yield new PageValues.DictionaryTexts(rows, new ForeignDictionary(texts), ids);
            }
            case BOOLEAN -> {
                boolean[] values = new boolean[count];
                for (int i = 0; i < count; i++) {
                    values[i] = reader.readBoolean();
                }
                yield new PageValues.Booleans(rows, values);
            }
            case INT32, INT64, DOUBLE -> new PageValues.Numbers(rows, numbers(reader));
            case FLOAT, INT96, FIXED_LEN_BYTE_ARRAY -> throw new MergeRefusedException("Cannot merge column %s: it is %s".formatted(String.join(".", column.getPath()), type));
        };
    }

    private long[] numbers(ValuesReader reader)
    {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = narrow ? reader.readInteger()
                    : type == PrimitiveTypeName.DOUBLE ? Double.doubleToRawLongBits(reader.readDouble()) : reader.readLong();
        }
        return values;
    }
}
