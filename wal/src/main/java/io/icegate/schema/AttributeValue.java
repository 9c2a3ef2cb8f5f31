package io.icegate.schema;

import java.nio.ByteBuffer;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * An OTLP {@code AnyValue}, without protobuf. {@link CanonicalText} is how it is stored.
 */
public sealed interface AttributeValue
{
    /**
     * A string.
     */
    record Text(String value)
            implements AttributeValue
    {
        public Text
        {
            requireNonNull(value, "value is null");
        }
    }

    /**
     * A 64-bit integer.
     */
    record Int(long value)
            implements AttributeValue {}

    /**
     * A double. Two values are equal when their bits are, but all NaNs are one.
     */
    record Real(double value)
            implements AttributeValue {}

    /**
     * A boolean.
     */
    record Bool(boolean value)
            implements AttributeValue {}

    /**
     * Bytes. The buffer is never changed and its position never moved.
     */
    record Bytes(ByteBuffer value)
            implements AttributeValue
    {
        public Bytes
        {
            value = value.asReadOnlyBuffer();
        }
    }

    /**
     * An array.
     */
    record Array(List<AttributeValue> values)
            implements AttributeValue
    {
        public Array
        {
            values = List.copyOf(values);
        }
    }

    /**
     * A key-value list: keys in received order, possibly repeated.
     */
    record KeyValues(List<Entry> entries)
            implements AttributeValue
    {
        public KeyValues
        {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A value with nothing set.
     */
    record Empty()
            implements AttributeValue {}

    /**
     * One entry of a key-value list.
     */
    record Entry(String key, AttributeValue value)
    {
        public Entry
        {
            requireNonNull(key, "key is null");
            requireNonNull(value, "value is null");
        }
    }
}
