package io.icegate.wal.parquet;

import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.plain.PlainValuesWriter;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.apache.parquet.io.ParquetEncodingException;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static java.lang.Math.toIntExact;

/**
 * A dictionary that remembers values by identity: rows share the values of their resource, scope and call site, and hashing
 * those again on every row would cost a third of the time. Goes over to plain values when a dictionary does not pay, and so
 * never announces a dictionary that has no page: a chunk of nothing but nulls is plain.
 */
@SuppressWarnings("ReferenceEquality") // shared by identity
final class SharedDictionaryWriter
        extends ValuesWriter
{
    private static final int SLOTS = 256;
    private static final int LENGTH_BYTES = 4;

    private final int dictionaryBytesMax;
    private final ByteBufferAllocator allocator;
    private final PlainValuesWriter plain;

    private final @Nullable Binary[] recent = new Binary[SLOTS];
    private final int[] recentIds = new int[SLOTS];
    private final Map<Binary, Integer> ids = new HashMap<>();
    private final List<Binary> dictionary = new ArrayList<>();
    private long dictionaryBytes;
    /**
     * Of the current page.
     */
    private int[] values = new int[256];
    private int count;
    private long rawBytes;
    private boolean fellBack;
    private boolean dictionaryUsed;

    SharedDictionaryWriter(int dictionaryBytesMax, ByteBufferAllocator allocator, PlainValuesWriter plain)
    {
        this.dictionaryBytesMax = dictionaryBytesMax;
        this.allocator = allocator;
        this.plain = plain;
    }

    @Override
    public void writeBytes(Binary value)
    {
        if (fellBack) {
            plain.writeBytes(value);
            return;
        }
        int slot = System.identityHashCode(value) & (SLOTS - 1);
        int id;
        if (recent[slot] == value) {
            id = recentIds[slot];
        }
        else {
            id = id(value);
            recent[slot] = value;
            recentIds[slot] = id;
        }
        if (count == values.length) {
            values = Arrays.copyOf(values, count * 2);
        }
        values[count++] = id;
        rawBytes += value.length() + LENGTH_BYTES;
        if (dictionaryBytes > dictionaryBytesMax) {
            fallBack();
        }
    }

    private int id(Binary value)
    {
        Integer known = ids.putIfAbsent(value, dictionary.size());
        if (known != null) {
            return known;
        }
        dictionary.add(value);
        dictionaryBytes += value.length() + LENGTH_BYTES;
        return dictionary.size() - 1;
    }

    /**
     * Values of this page and all that follow are plain; pages written before keep the dictionary.
     */
    private void fallBack()
    {
        for (int i = 0; i < count; i++) {
            plain.writeBytes(dictionary.get(values[i]));
        }
        count = 0;
        fellBack = true;
    }

    @Override
    public BytesInput getBytes()
    {
        if (!fellBack && !dictionaryUsed && dictionaryBytes + (long) count * bitWidth() / Byte.SIZE >= rawBytes) {
            fallBack();
        }
        if (fellBack) {
            return plain.getBytes();
        }
        int bitWidth = bitWidth();
        RunLengthBitPackingHybridEncoder encoder = new RunLengthBitPackingHybridEncoder(bitWidth, 64, Math.max(64, count), allocator);
        try {
            for (int i = 0; i < count; i++) {
                encoder.writeInt(values[i]);
            }
            dictionaryUsed = true;
            // the bytes live in the encoder's slabs, which the heap keeps as long as they are needed
            return BytesInput.concat(BytesInput.from(new byte[] {(byte) bitWidth}), encoder.toBytes());
        }
        catch (IOException e) {
            throw new ParquetEncodingException("Cannot encode dictionary ids", e);
        }
    }

    private int bitWidth()
    {
        return BytesUtils.getWidthFromMaxInt(Math.max(dictionary.size() - 1, 0));
    }

    @Override
    public Encoding getEncoding()
    {
        return fellBack ? Encoding.PLAIN : Encoding.RLE_DICTIONARY;
    }

    @Override
    public void reset()
    {
        count = 0;
        rawBytes = 0;
        plain.reset();
    }

    @Override
    public @Nullable DictionaryPage toDictPageAndClose()
    {
        if (!dictionaryUsed) {
            return null;
        }
        PlainValuesWriter page = new PlainValuesWriter(64, toIntExact(Math.max(64, dictionaryBytes)), allocator);
        dictionary.forEach(page::writeBytes);
        return new DictionaryPage(page.getBytes(), dictionary.size(), Encoding.PLAIN);
    }

    @Override
    public void resetDictionary()
    {
        ids.clear();
        dictionary.clear();
        Arrays.fill(recent, null);
        dictionaryBytes = 0;
        dictionaryUsed = false;
        fellBack = false;
    }

    @Override
    public long getBufferedSize()
    {
        return fellBack ? plain.getBufferedSize() : (long) count * Math.max(bitWidth(), 1) / Byte.SIZE;
    }

    @Override
    public long getAllocatedSize()
    {
        return (long) values.length * Integer.BYTES + plain.getAllocatedSize();
    }

    @Override
    public String memUsageString(String prefix)
    {
        return "%s %s values, %s in the dictionary".formatted(prefix, count, dictionary.size());
    }

    @Override
    public void close()
    {
        plain.close();
    }
}
