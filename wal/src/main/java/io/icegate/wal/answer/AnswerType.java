package io.icegate.wal.answer;

/**
 * What the values of a column are. Every engine has one type for each.
 */
public enum AnswerType
{
    /**
     * A {@link String}.
     */
    TEXT,
    /**
     * A {@link Long}.
     */
    NUMBER,
    /**
     * An {@link java.time.Instant}, of which engines keep microseconds.
     */
    TIME,
    /**
     * A {@link Boolean}.
     */
    FLAG,
}
