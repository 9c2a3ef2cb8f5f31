package io.icegate.receiver.decode.wire;

import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * One instance for all equal texts of a column that has few.
 */
final class RepeatingTexts
{
    private static final int COUNT_MAX = 1024;

    private final Map<Binary, Binary> known = new HashMap<>();
    private @Nullable Binary last;
    private byte[] lastBytes = {};

    /**
     * The text of a slice; null when it is empty.
     */
    @Nullable
    Binary text(byte[] bytes, int offset, int length)
    {
        if (length == 0) {
            return null;
        }
        if (last != null && Arrays.equals(lastBytes, 0, lastBytes.length, bytes, offset, offset + length)) {
            return last;
        }
        byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
        Binary text = Binary.fromConstantByteArray(copy);
        if (known.size() < COUNT_MAX) {
            Binary first = known.putIfAbsent(text, text);
            text = first == null ? text : first;
        }
        last = text;
        lastBytes = copy;
        return text;
    }
}
