package io.icegate.schema;

import org.apache.iceberg.types.Type;

import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * One top-level column of a table, as data. All code that creates the table, writes its segments or describes its files reads
 * here what the column is.
 *
 * @param type ids in it are placeholders: every table has its own
 * @param doc the comment of the column
 * @param bounds what files say about the values; {@link Bounds#NONE} for everything that is not primitive
 * @param encoding of the values in segments; keys of maps always go through a dictionary
 * @param bloomFilter true for a column that is looked up by single values. Its values lie so far apart that bounds of a
 *         segment would say nothing, so segments leave them out
 */
public record Column(String name, Type type, boolean required, String doc, Bounds bounds, Encoding encoding, boolean bloomFilter)
{
    private static final Set<Type.TypeID> DELTA_TYPES = Set.of(Type.TypeID.LONG, Type.TypeID.TIMESTAMP, Type.TypeID.STRING, Type.TypeID.BINARY);

    /**
     * What files say about the values of a column.
     */
    public enum Bounds
    {
        /**
         * Smallest and largest value, counts of values and nulls.
         */
        FULL,
        /**
         * As {@link #FULL}, but long values are cut.
         */
        TRUNCATED,
        /**
         * Counts of values and nulls.
         */
        COUNTS,
        /**
         * Nothing.
         */
        NONE,
    }

    /**
     * How segments store the values of a column.
     */
    public enum Encoding
    {
        /**
         * For values that repeat.
         */
        DICTIONARY,
        /**
         * For long or nearly unique values, for which a dictionary is wasted work.
         */
        PLAIN,
        /**
         * For nearly unique numbers that lie close together, as times do, and nearly unique texts of one length, as ids are.
         * Differences are stored: of the numbers, or of the lengths apart from the texts.
         */
        DELTA,
    }

    public Column
    {
        requireNonNull(name, "name is null");
        requireNonNull(type, "type is null");
        requireNonNull(doc, "doc is null");
        requireNonNull(bounds, "bounds is null");
        requireNonNull(encoding, "encoding is null");
        if (name.isEmpty() || name.indexOf('.') >= 0) {
            throw new IllegalArgumentException("Cannot describe column '%s': a name must not be empty or contain a dot".formatted(name));
        }
        if (!type.isPrimitiveType() && bounds != Bounds.NONE) {
            throw new IllegalArgumentException("Cannot describe column '%s': only primitive columns have bounds, it is %s".formatted(name, type));
        }
        if (encoding == Encoding.DELTA && !DELTA_TYPES.contains(type.typeId())) {
            throw new IllegalArgumentException("Cannot describe column '%s': %s has no differences that could be stored".formatted(name, type));
        }
    }

    /**
     * Returns a column with a value in every row.
     */
    public static Column required(String name, Type type, String doc)
    {
        return new Column(name, type, true, doc, type.isPrimitiveType() ? Bounds.COUNTS : Bounds.NONE, Encoding.DICTIONARY, false);
    }

    /**
     * Returns a column that may be null.
     */
    public static Column optional(String name, Type type, String doc)
    {
        return new Column(name, type, false, doc, type.isPrimitiveType() ? Bounds.COUNTS : Bounds.NONE, Encoding.DICTIONARY, false);
    }

    public Column withBounds(Bounds newBounds)
    {
        return new Column(name, type, required, doc, newBounds, encoding, bloomFilter);
    }

    public Column withEncoding(Encoding newEncoding)
    {
        return new Column(name, type, required, doc, bounds, newEncoding, bloomFilter);
    }

    public Column withBloomFilter()
    {
        return new Column(name, type, required, doc, bounds, encoding, true);
    }

    /**
     * True when segments carry the smallest and the largest value.
     */
    public boolean isBoundedInSegments()
    {
        return !bloomFilter && (bounds == Bounds.FULL || bounds == Bounds.TRUNCATED);
    }
}
