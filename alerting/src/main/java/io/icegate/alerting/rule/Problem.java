package io.icegate.alerting.rule;

import java.util.Comparator;

import static java.util.Objects.requireNonNull;

/**
 * What is wrong in a file of rules, and what to do about it.
 *
 * @param line counts from 1
 */
public record Problem(String file, int line, String message)
        implements Comparable<Problem>
{
    private static final Comparator<Problem> ORDER = Comparator.comparing(Problem::file).thenComparingInt(Problem::line).thenComparing(Problem::message);

    public Problem
    {
        requireNonNull(file, "file is null");
        requireNonNull(message, "message is null");
        if (line < 1) {
            throw new IllegalArgumentException("Invalid line %s of %s: lines count from 1".formatted(line, file));
        }
    }

    @Override
    public int compareTo(Problem other)
    {
        return ORDER.compare(this, other);
    }

    /**
     * As compilers write it, so that editors can jump there.
     */
    @Override
    public String toString()
    {
        return "%s:%s: %s".formatted(file, line, message);
    }
}
