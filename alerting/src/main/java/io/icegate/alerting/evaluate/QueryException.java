package io.icegate.alerting.evaluate;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A statement failed.
 */
public final class QueryException
        extends Exception
{
    private final Kind kind;
    private final Optional<Position> position;

    public enum Kind
    {
        /**
         * The statement itself is wrong, or exceeds a limit: it fails again.
         */
        STATEMENT,
        /**
         * The engine is gone, starting or has no room: whatever is asked fails now, and that says nothing about the statement.
         */
        UNAVAILABLE,
    }

    /**
     * Where in the statement, both from 1.
     */
    public record Position(int line, int column) {}

    public QueryException(Kind kind, String message, Optional<Position> position, Throwable cause)
    {
        super(message, cause);
        this.kind = requireNonNull(kind, "kind is null");
        this.position = requireNonNull(position, "position is null");
    }

    public QueryException(Kind kind, String message)
    {
        super(message);
        this.kind = requireNonNull(kind, "kind is null");
        this.position = Optional.empty();
    }

    public Kind kind()
    {
        return kind;
    }

    public Optional<Position> position()
    {
        return position;
    }
}
