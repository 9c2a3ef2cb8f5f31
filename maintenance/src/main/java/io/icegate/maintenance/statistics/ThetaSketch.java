package io.icegate.maintenance.statistics;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Estimates how many different values it was shown, and knows how to be united with others: the smallest 4,096 hashes say how
 * dense all of them are, which errs by less than 5 % nineteen times of twenty. Hashes and serialized form are those of theta sketches of Apache DataSketches with the default seed, as Puffin's blob type {@code apache-datasketches-theta-v1} wants them.
 * The library itself cannot be used: Trino has its version 9, Spark its version 6, and they have no class in common. Not safe for
 * use by several threads.
 */
public final class ThetaSketch
{
    static final int HASHES_MAX = 4096;

    private static final short SEED_HASH = (short) 0x93CC;
    private static final byte SERIAL_VERSION = 3;
    private static final byte COMPACT_FAMILY = 3;
    private static final int FLAG_EMPTY = 4;
    private static final int FLAG_SINGLE = 32;
    /**
     * Read-only, compact, ordered.
     */
    private static final int FLAGS = 2 | 8 | 16;
    private static final int TABLE_FIRST = 16;
    /**
     * Twice as many hashes as are kept, half full.
     */
    private static final int TABLE_MAX = 4 * HASHES_MAX;

    /**
     * Hashes where their bits say or behind; 0 for none. At most half full, and a power of two.
     */
    private long[] table = new long[TABLE_FIRST];
    private int count;
    /**
     * Hashes from here on are not kept.
     */
    private long theta = Long.MAX_VALUE;

    /**
     * Adds a value by its bytes, in Iceberg's serialization of single values. An empty one is none, as in DataSketches.
     */
    public void add(byte[] value, int offset, int length)
    {
        if (length > 0) {
            addHash(Murmur3.hash(value, offset, length) >>> 1);
        }
    }

    public void add(int value)
    {
        addHash(Murmur3.hash(value) >>> 1);
    }

    public void add(long value)
    {
        addHash(Murmur3.hash(value) >>> 1);
    }

    /**
     * Adds whatever another one was shown.
     */
    public void add(ThetaSketch other)
    {
        if (other.theta < theta) {
            cut(other.theta);
        }
        for (long hash : other.table) {
            addHash(hash);
        }
    }

    private void addHash(long hash)
    {
        if (hash == 0 || hash >= theta) {
            return;
        }
        int slot = slot(hash);
        if (table[slot] == hash) {
            return;
        }
        table[slot] = hash;
        count++;
        if (count * 2 > TABLE_MAX) {
            long[] hashes = sorted();
            cut(hashes[HASHES_MAX]);
        }
        else if (count * 2 > table.length) {
            fill(sorted(), count, table.length * 2);
        }
    }

    private int slot(long hash)
    {
        int slot = (int) hash & (table.length - 1);
        while (table[slot] != 0 && table[slot] != hash) {
            slot = (slot + 1) & (table.length - 1);
        }
        return slot;
    }

    private void cut(long limit)
    {
        long[] hashes = sorted();
        int end = Arrays.binarySearch(hashes, limit);
        theta = limit;
        fill(hashes, end < 0 ? -end - 1 : end, table.length);
    }

    private void fill(long[] hashes, int end, int slots)
    {
        table = new long[slots];
        count = end;
        for (int i = 0; i < end; i++) {
            table[slot(hashes[i])] = hashes[i];
        }
    }

    private long[] sorted()
    {
        return Arrays.stream(table).filter(hash -> hash != 0).sorted().toArray();
    }

    public boolean isEmpty()
    {
        return count == 0 && theta == Long.MAX_VALUE;
    }

    public long estimate()
    {
        return theta == Long.MAX_VALUE ? count : Math.round(count / (theta / 0x1p63));
    }

    /**
     * Returns the compact form, with the hashes in order.
     */
    public ByteBuffer serialize()
    {
        if (count > HASHES_MAX) {
            cut(sorted()[HASHES_MAX]);
        }
        long[] hashes = sorted();
        boolean exact = theta == Long.MAX_VALUE;
        boolean single = exact && count == 1;
        int preamble = exact ? count <= 1 ? 1 : 2 : 3;
        ByteBuffer out = ByteBuffer.allocate((preamble + hashes.length) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) preamble).put(SERIAL_VERSION).put(COMPACT_FAMILY).putShort((short) 0);
        out.put((byte) (FLAGS | (single ? FLAG_SINGLE : 0) | (isEmpty() ? FLAG_EMPTY : 0))).putShort(SEED_HASH);
        if (preamble > 1) {
            out.putInt(hashes.length).putFloat(1);
        }
        if (preamble > 2) {
            out.putLong(theta);
        }
        for (long hash : hashes) {
            out.putLong(hash);
        }
        return out.flip().order(ByteOrder.BIG_ENDIAN);
    }

    /**
     * Reads the compact form of any writer.
     *
     * @return empty when it is another form or has another seed
     */
    public static Optional<ThetaSketch> read(ByteBuffer serialized)
    {
        ByteBuffer in = serialized.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < Long.BYTES) {
            return Optional.empty();
        }
        int preamble = in.get() & 0x3F;
        byte version = in.get();
        byte family = in.get();
        in.getShort();
        int flags = in.get();
        short seed = in.getShort();
        ThetaSketch sketch = new ThetaSketch();
        if (version != SERIAL_VERSION || family != COMPACT_FAMILY || preamble < 1 || preamble > 3) {
            return Optional.empty();
        }
        if ((flags & FLAG_EMPTY) != 0) {
            return Optional.of(sketch);
        }
        if (seed != SEED_HASH || in.remaining() < (preamble - 1) * Long.BYTES) {
            return Optional.empty();
        }
        int hashes = preamble == 1 ? 1 : in.getInt();
        if (preamble > 1) {
            in.getFloat();
        }
        sketch.theta = preamble > 2 ? in.getLong() : Long.MAX_VALUE;
        if (sketch.theta <= 0 || hashes < 0 || in.remaining() / Long.BYTES < hashes) {
            return Optional.empty();
        }
        for (int i = 0; i < hashes; i++) {
            sketch.addHash(in.getLong() & Long.MAX_VALUE);
        }
        return Optional.of(sketch);
    }
}
