package io.icegate.receiver.decode.wire;

import io.icegate.schema.AttributeShape;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Remembers the keys that call sites send and the shape that they have. A shape that is forgotten is made again.
 */
final class KeyShapes
{
    private static final int SLOTS = 1024;

    private static final byte[] NO_KEY = {};

    private final byte[] bytes;
    /**
     * Not there before the second shape: most requests have one.
     */
    private @Nullable Known @Nullable [] slots;
    private @Nullable Known last;

    /**
     * Received keys and types, for comparison.
     */
    private record Known(byte[][] keys, char[] types, AttributeShape shape)
    {
        boolean is(byte[] bytes, int[] offsets, int[] lengths, char[] codes, int count)
        {
            if (keys.length != count) {
                return false;
            }
            for (int i = 0; i < count; i++) {
                byte[] key = keys[i];
                if (types[i] != codes[i] || key.length != lengths[i] || !Arrays.equals(key, 0, key.length, bytes, offsets[i], offsets[i] + lengths[i])) {
                    return false;
                }
            }
            return true;
        }
    }

    KeyShapes(byte[] bytes)
    {
        this.bytes = bytes;
    }

    /**
     * How many attributes the last shape has; negative when there is none.
     */
    int lastSize()
    {
        return last == null ? -1 : last.keys().length;
    }

    /**
     * The last shape.
     */
    AttributeShape last()
    {
        return requireNonNull(last, "last is null").shape();
    }

    /**
     * A key of the last shape, in the order in which they were received. One that is not there is empty.
     */
    byte[] lastKey(int index)
    {
        return last == null || index >= last.keys().length ? NO_KEY : last.keys()[index];
    }

    /**
     * Code of a value of the last shape.
     */
    char lastType(int index)
    {
        return last == null || index >= last.types().length ? 0 : last.types()[index];
    }

    /**
     * @param types code of each value
     */
    @SuppressWarnings("NullAway") // does not see that array components are @Nullable
    AttributeShape shape(int[] offsets, int[] lengths, char[] types, int count)
    {
        if (count == 0) {
            return AttributeShape.EMPTY;
        }
        if (last == null) {
            last = known(offsets, lengths, types, count);
            return last.shape();
        }
        if (last.is(bytes, offsets, lengths, types, count)) {
            return last.shape();
        }
        if (slots == null) {
            slots = new Known[SLOTS];
        }
        int slot = hash(offsets, lengths, types, count) & (SLOTS - 1);
        Known known = slots[slot];
        if (known == null || !known.is(bytes, offsets, lengths, types, count)) {
            known = known(offsets, lengths, types, count);
            slots[slot] = known;
        }
        last = known;
        return known.shape();
    }

    private int hash(int[] offsets, int[] lengths, char[] types, int count)
    {
        int hash = count;
        for (int i = 0; i < count; i++) {
            hash = 31 * hash + types[i];
            for (int at = offsets[i]; at < offsets[i] + lengths[i]; at++) {
                hash = 31 * hash + bytes[at];
            }
        }
        return hash ^ hash >>> 16;
    }

    private Known known(int[] offsets, int[] lengths, char[] types, int count)
    {
        byte[][] keys = new byte[count][];
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            keys[i] = Arrays.copyOfRange(bytes, offsets[i], offsets[i] + lengths[i]);
            texts.add(new String(keys[i], UTF_8));
        }
        char[] codes = Arrays.copyOf(types, count);
        return new Known(keys, codes, AttributeShape.of(texts, codes));
    }
}
