package io.icegate.maintenance.merge;

import io.icegate.wal.parquet.ForeignDictionary;
import io.icegate.wal.parquet.TextHash;
import org.apache.parquet.io.api.Binary;

import java.util.Arrays;

/**
 * One dictionary for the texts of a column in all inputs, as long as they are few: each text is then held once, and found once in the
 * dictionary of a chunk that is written. Not safe for use by several threads.
 */
final class TextInterner
{
    private static final int ENTRIES_MAX = 1 << 18;
    private static final long BYTES_MAX = 16L << 20;
    private static final int TABLE_INITIAL = 1024;

    private final ForeignDictionary dictionary = new ForeignDictionary();
    /**
     * One more than the id, 0 for nothing. At most half full, and a power of two.
     */
    private int[] table = new int[TABLE_INITIAL];
    private int[] hashes = new int[TABLE_INITIAL / 2];
    private long bytes;

    ForeignDictionary dictionary()
    {
        return dictionary;
    }

    boolean isFull()
    {
        return dictionary.size() >= ENTRIES_MAX || bytes >= BYTES_MAX;
    }

    /**
     * Returns the id of a text, which is copied when it is new; negative when there is no room.
     */
    int id(byte[] text, int offset, int length)
    {
        int hash = TextHash.of(text, offset, length);
        int slot = hash & (table.length - 1);
        while (table[slot] != 0) {
            int id = table[slot] - 1;
            if (hashes[id] == hash && isEntry(id, text, offset, length)) {
                return id;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        if (isFull()) {
            return -1;
        }
        int id = dictionary.add(Binary.fromConstantByteArray(Arrays.copyOfRange(text, offset, offset + length)));
        table[slot] = id + 1;
        hashes[id] = hash;
        bytes += length;
        if (2 * dictionary.size() == table.length) {
            grow();
        }
        return id;
    }

    private boolean isEntry(int id, byte[] text, int offset, int length)
    {
        byte[] entry = dictionary.entry(id).getBytesUnsafe();
        return Arrays.equals(entry, 0, entry.length, text, offset, offset + length);
    }

    private void grow()
    {
        hashes = Arrays.copyOf(hashes, table.length);
        table = new int[2 * table.length];
        for (int id = 0; id < dictionary.size(); id++) {
            int slot = hashes[id] & (table.length - 1);
            while (table[slot] != 0) {
                slot = (slot + 1) & (table.length - 1);
            }
            table[slot] = id + 1;
        }
    }
}
