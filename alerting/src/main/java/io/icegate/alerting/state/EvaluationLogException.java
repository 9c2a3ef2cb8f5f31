package io.icegate.alerting.state;

import static java.util.Objects.requireNonNull;

/**
 * What keeps an evaluator from going on with one group. Other groups are not concerned.
 */
public final class EvaluationLogException
        extends RuntimeException
{
    private static final long serialVersionUID = 1;

    private final Kind kind;

    public EvaluationLogException(Kind kind, String message, Throwable cause)
    {
        super(message, cause);
        this.kind = requireNonNull(kind, "kind is null");
    }

    public EvaluationLogException(Kind kind, String message)
    {
        super(message);
        this.kind = requireNonNull(kind, "kind is null");
    }

    public enum Kind
    {
        /**
         * The store did not answer; later it may.
         */
        UNAVAILABLE,
        /**
         * A record is no record. Somebody has to look at it.
         */
        CORRUPT,
        /**
         * A record of a newer format: a newer evaluator has this group, and this one leaves it alone.
         */
        NEWER_FORMAT,
    }

    public Kind kind()
    {
        return kind;
    }
}
