package io.icegate.receiver.decode.wire;

import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * One instance for equal texts of a column that has few. A text that is forgotten gets another instance.
 */
final class RepeatingTexts
{
    private static final int SLOTS = 256;

    /**
     * Not there before the second text: many columns have one.
     */
    private @Nullable Binary @Nullable [] slots;
    private @Nullable Binary last;

    /**
     * The text of a slice; null when it is empty.
     */
    @Nullable
    @SuppressWarnings("NullAway") // does not see that array components are @Nullable
    Binary text(byte[] bytes, int offset, int length)
    {
        if (length == 0) {
            return null;
        }
        Binary text = last;
        if (is(text, bytes, offset, length)) {
            return text;
        }
        if (text == null) {
            text = copy(bytes, offset, length);
        }
        else {
            if (slots == null) {
                slots = new Binary[SLOTS];
                slots[slot(text.getBytesUnsafe(), 0, text.length())] = text;
            }
            int slot = slot(bytes, offset, length);
            text = slots[slot];
            if (!is(text, bytes, offset, length)) {
                text = copy(bytes, offset, length);
                slots[slot] = text;
            }
        }
        last = text;
        return text;
    }

    private static boolean is(@Nullable Binary text, byte[] bytes, int offset, int length)
    {
        return text != null && text.length() == length && Arrays.equals(text.getBytesUnsafe(), 0, length, bytes, offset, offset + length);
    }

    private static Binary copy(byte[] bytes, int offset, int length)
    {
        return Binary.fromConstantByteArray(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    private static int slot(byte[] bytes, int offset, int length)
    {
        int hash = length;
        for (int at = offset; at < offset + length; at++) {
            hash = 31 * hash + bytes[at];
        }
        return (hash ^ hash >>> 16) & (SLOTS - 1);
    }
}
