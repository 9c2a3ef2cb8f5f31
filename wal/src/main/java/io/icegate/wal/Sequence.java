package io.icegate.wal;

/**
 * Number of a segment within (table, writer): 0, 1, 2, … without gaps.
 */
public record Sequence(long value)
        implements Comparable<Sequence>
{
    public static final Sequence FIRST = new Sequence(0);
    /**
     * No writer may have more segments on their way, so no more can come late when somebody seals it.
     */
    public static final int IN_FLIGHT_LIMIT = 8;

    public Sequence
    {
        if (value < 0) {
            throw new IllegalArgumentException("Cannot use sequence %s: it is negative".formatted(value));
        }
    }

    public Sequence next()
    {
        return new Sequence(Math.addExact(value, 1));
    }

    @Override
    public int compareTo(Sequence other)
    {
        return Long.compare(value, other.value);
    }

    /**
     * 20 digits, as in keys, so that text order is numeric order.
     */
    @Override
    public String toString()
    {
        return "%020d".formatted(value);
    }
}
