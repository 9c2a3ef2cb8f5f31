package io.icegate.schema;

import org.jspecify.annotations.Nullable;

/**
 * The stored form of one value: a code of docs/format/schema.md and the canonical text. Null text is a value with nothing set.
 *
 * @param text null exactly when the type is {@link #EMPTY}
 */
public record CanonicalText(char type, @Nullable String text)
{
    public static final char STRING = 's';
    public static final char INT = 'i';
    public static final char DOUBLE = 'd';
    public static final char BOOL = 'b';
    public static final char BYTES = 'y';
    public static final char ARRAY = 'a';
    public static final char KEY_VALUES = 'k';
    /**
     * An array that plain JSON cannot give back, as OTLP-JSON.
     */
    public static final char OTLP_ARRAY = 'A';
    /**
     * A key-value list that plain JSON cannot give back, as OTLP-JSON.
     */
    public static final char OTLP_KEY_VALUES = 'K';
    public static final char EMPTY = 'e';

    public CanonicalText
    {
        if ((text == null) != (type == EMPTY)) {
            throw new IllegalArgumentException("Cannot store a value of type '%s' as '%s'".formatted(type, text));
        }
    }

    /**
     * The one stored form of a value.
     */
    public static CanonicalText of(AttributeValue value)
    {
        return CanonicalTextWriter.write(value);
    }

    /**
     * The value that this text stands for.
     *
     * @throws IllegalArgumentException when the text is not of its type
     */
    public AttributeValue value()
    {
        return CanonicalTextReader.read(this);
    }
}
