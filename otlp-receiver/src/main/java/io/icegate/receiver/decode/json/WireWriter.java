package io.icegate.receiver.decode.json;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Writes protobuf's wire format. Lengths of messages are written when their end is known: one byte is left for them, and
 * what follows moves when that is too little.
 */
final class WireWriter
{
    private static final int VARINT_BYTES_MAX = 10;

    private byte[] buffer;
    private int position;

    WireWriter(int capacity)
    {
        buffer = new byte[Math.max(capacity, 64)];
    }

    int position()
    {
        return position;
    }

    byte[] toByteArray()
    {
        return Arrays.copyOf(buffer, position);
    }

    void tag(int field, int wireType)
    {
        varint((long) field << 3 | wireType);
    }

    void varint(long value)
    {
        reserve(VARINT_BYTES_MAX);
        position = put(position, value);
    }

    private int put(int at, long value)
    {
        int next = at;
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[next++] = (byte) rest;
        return next;
    }

    void fixed32(int value)
    {
        reserve(Integer.BYTES);
        for (int i = 0; i < Integer.BYTES; i++) {
            buffer[position++] = (byte) (value >>> 8 * i);
        }
    }

    void fixed64(long value)
    {
        reserve(Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            buffer[position++] = (byte) (value >>> 8 * i);
        }
    }

    void bytes(byte[] value)
    {
        varint(value.length);
        reserve(value.length);
        System.arraycopy(value, 0, buffer, position, value.length);
        position += value.length;
    }

    /**
     * Writes a string. An unpaired surrogate becomes U+FFFD, but one that {@link Utf8Escape} made becomes the byte that it
     * stands for.
     */
    void text(String text, boolean escaped)
    {
        int start = begin();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                reserve(1);
                buffer[position++] = (byte) c;
            }
            else if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                character(Character.toCodePoint(c, text.charAt(i)));
            }
            else if (escaped && Utf8Escape.isEscape(c)) {
                reserve(1);
                buffer[position++] = Utf8Escape.original(c);
            }
            else {
                character(Character.isSurrogate(c) ? Utf8Escape.REPLACEMENT : c);
            }
        }
        end(start);
    }

    private void character(int codePoint)
    {
        reserve(4);
        if (codePoint < 0x800) {
            buffer[position++] = (byte) (0xC0 | codePoint >> 6);
        }
        else if (codePoint < 0x1_0000) {
            buffer[position++] = (byte) (0xE0 | codePoint >> 12);
            buffer[position++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
        }
        else {
            buffer[position++] = (byte) (0xF0 | codePoint >> 18);
            buffer[position++] = (byte) (0x80 | codePoint >> 12 & 0x3F);
            buffer[position++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
        }
        buffer[position++] = (byte) (0x80 | codePoint & 0x3F);
    }

    /**
     * Begins what has a length.
     *
     * @return to be told to {@link #end}
     */
    int begin()
    {
        reserve(1);
        return position++;
    }

    void end(int start)
    {
        int length = position - start - 1;
        int lengthBytes = 1;
        for (int rest = length >>> 7; rest != 0; rest >>>= 7) {
            lengthBytes++;
        }
        if (lengthBytes > 1) {
            reserve(lengthBytes - 1);
            System.arraycopy(buffer, start + 1, buffer, start + lengthBytes, length);
            position += lengthBytes - 1;
        }
        put(start, length);
    }

    void truncate(int newPosition)
    {
        position = newPosition;
    }

    /**
     * Takes back all occurrences of a field in the message that began at a position.
     */
    void remove(int field, int start)
    {
        CodedInputStream in = CodedInputStream.newInstance(buffer, start, position - start);
        int kept = start;
        try {
            for (int from = start, tag = in.readTag(); tag != 0; tag = in.readTag()) {
                in.skipField(tag);
                int end = start + in.getTotalBytesRead();
                if (WireFormat.getTagFieldNumber(tag) != field) {
                    System.arraycopy(buffer, from, buffer, kept, end - from);
                    kept += end - from;
                }
                from = end;
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        position = kept;
    }

    private void reserve(int count)
    {
        if (buffer.length - position < count) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length + count, Math.multiplyExact(buffer.length, 3) / 2));
        }
    }
}
