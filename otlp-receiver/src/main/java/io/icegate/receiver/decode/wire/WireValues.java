package io.icegate.receiver.decode.wire;

import io.icegate.schema.AttributeShape;
import io.icegate.schema.CanonicalText;
import io.icegate.wal.format.RecordBlock;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;

import static java.util.Objects.requireNonNull;

/**
 * Reads the attributes of one record or list element after the other, and other values of the usual form: scalars, distinct
 * keys, valid UTF-8, nothing beyond a limit. Not safe for use by several threads.
 */
final class WireValues
{
    /**
     * In place of an offset: the id is not of the usual form.
     */
    static final int UNUSUAL = -2;

    // field number << 3 | wire type, of opentelemetry/proto/common/v1/common.proto
    private static final int KEY = 1 << 3 | 2;
    private static final int VALUE = 2 << 3 | 2;
    private static final int STRING = 1 << 3 | 2;
    private static final int BOOL = 2 << 3;
    private static final int INT = 3 << 3;
    private static final int DOUBLE = 4 << 3 | 1;

    private final byte[] bytes;
    private final WireReader in;
    private final RecordBlock block;
    private final int attributesMax;
    private final int valueBytesMax;
    private final KeyShapes shapes;

    private int attributes;
    /**
     * True as long as keys and types are those of the record before. Such keys need no look at their text.
     */
    private boolean expected;
    private int[] keys = new int[16];
    private int[] keyLengths = new int[16];
    private char[] types = new char[16];
    private int[] slices = new int[16];
    private int[] sliceLengths = new int[16];

    // of the value read last
    private char type;
    private int slice;
    private int sliceLength;

    /**
     * @param in reads {@code request}
     * @param block keeps the texts of numbers
     * @param attributesMax of one record or element
     * @param valueBytesMax of one text
     */
    WireValues(byte[] request, WireReader in, RecordBlock block, int attributesMax, int valueBytesMax)
    {
        this.bytes = requireNonNull(request, "request is null");
        this.in = requireNonNull(in, "in is null");
        this.block = requireNonNull(block, "block is null");
        this.attributesMax = attributesMax;
        this.valueBytesMax = valueBytesMax;
        shapes = new KeyShapes(request);
    }

    /**
     * Begins with the attributes of the next record or element.
     */
    void startAttributes()
    {
        attributes = 0;
        expected = true;
    }

    int attributes()
    {
        return attributes;
    }

    /**
     * The shape of the attributes; null when a key is repeated.
     */
    @Nullable
    AttributeShape shape()
    {
        AttributeShape shape = expected && attributes == shapes.lastSize() ? shapes.last() : shapes.shape(keys, keyLengths, types, attributes);
        return shape.hasRepeatedKey() ? null : shape;
    }

    /**
     * Sets the attributes of a record that was read to its end. False when it has not the usual form after all.
     */
    boolean endRecord()
    {
        if (in.failed()) {
            return false;
        }
        AttributeShape shape = shape();
        if (shape == null) {
            return false;
        }
        block.attributes(shape, slices, sliceLengths);
        return true;
    }

    /**
     * Bytes of the keys and values of the attributes.
     */
    long textBytes()
    {
        long bytes = 0;
        for (int i = 0; i < attributes; i++) {
            bytes += keyLengths[i] + sliceLengths[i];
        }
        return bytes;
    }

    /**
     * Slices of the values of the attributes, as received.
     */
    int[] slices()
    {
        return slices;
    }

    int[] sliceLengths()
    {
        return sliceLengths;
    }

    char type()
    {
        return type;
    }

    int slice()
    {
        return slice;
    }

    /**
     * Length of the value or text read last.
     */
    int sliceLength()
    {
        return sliceLength;
    }

    /**
     * Reads a text within the limit and returns where it begins.
     */
    int text()
    {
        sliceLength = in.length();
        int at = in.position();
        in.skipText(sliceLength, valueBytesMax);
        if (in.failed()) {
            sliceLength = 0;
        }
        return at;
    }

    /**
     * Reads an id of the length that the specification gives, or none.
     *
     * @return its offset, {@link RecordBlock#ABSENT} or {@link #UNUSUAL}
     */
    int id(int length)
    {
        int sent = in.length();
        if (sent == 0) {
            return in.failed() ? UNUSUAL : RecordBlock.ABSENT;
        }
        int at = in.position();
        if (sent != length || isZero(at, length)) {
            return UNUSUAL;
        }
        in.skip(length);
        return at;
    }

    private boolean isZero(int at, int length)
    {
        int bits = 0;
        for (int i = at; i < at + length; i++) {
            bits |= bytes[i];
        }
        return bits == 0;
    }

    /**
     * Reads an attribute. False when it has not the usual form.
     */
    boolean attribute()
    {
        if (attributes == attributesMax) {
            return false;
        }
        if (attributes == types.length) {
            growAttributes();
        }
        int length = in.length();
        int outer = in.enter(length);
        if (in.tag() != KEY) {
            return false;
        }
        int keyLength = in.length();
        keys[attributes] = in.position();
        keyLengths[attributes] = keyLength;
        expected = expected && in.skipExpected(shapes.lastKey(attributes), keyLength);
        if (!expected) {
            in.skipText(keyLength, valueBytesMax);
        }
        if (in.failed() || in.tag() != VALUE || !value() || !in.atEnd()) {
            return false;
        }
        in.leave(outer);
        expected = expected && type == shapes.lastType(attributes);
        types[attributes] = type;
        slices[attributes] = slice;
        sliceLengths[attributes] = sliceLength;
        attributes++;
        return true;
    }

    private void growAttributes()
    {
        int capacity = attributes * 2;
        keys = Arrays.copyOf(keys, capacity);
        keyLengths = Arrays.copyOf(keyLengths, capacity);
        types = Arrays.copyOf(types, capacity);
        slices = Arrays.copyOf(slices, capacity);
        sliceLengths = Arrays.copyOf(sliceLengths, capacity);
    }

    /**
     * Reads an {@code AnyValue} that holds one scalar.
     */
    boolean value()
    {
        int length = in.length();
        int outer = in.enter(length);
        switch (in.tag()) {
            case STRING -> {
                type = CanonicalText.STRING;
                slice = text();
            }
            case INT -> {
                type = CanonicalText.INT;
                integer(in.varint());
            }
            case DOUBLE -> {
                double number = Double.longBitsToDouble(in.fixed64());
                if (Double.isNaN(number)) {
                    return false;
                }
                type = CanonicalText.DOUBLE;
                number(Double.toString(number));
            }
            case BOOL -> {
                type = CanonicalText.BOOL;
                number(Boolean.toString(in.varint() != 0));
            }
            default -> {
                return false;
            }
        }
        if (in.failed() || !in.atEnd()) {
            return false;
        }
        in.leave(outer);
        return true;
    }

    private void integer(long value)
    {
        if (value < 0 || value > Integer.MAX_VALUE) {
            number(Long.toString(value));
            return;
        }
        slice = block.number((int) value);
        sliceLength = block.lastNumberLength(slice);
    }

    private void number(String text)
    {
        slice = block.number(text);
        sliceLength = text.length();
    }
}
