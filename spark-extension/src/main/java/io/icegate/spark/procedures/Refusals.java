package io.icegate.spark.procedures;

import io.icegate.wal.OffsetsDisagreeException;
import io.icegate.wal.WalException;
import io.icegate.wal.commit.ReconcileException;
import io.icegate.wal.engine.WalBacklogException;
import org.apache.iceberg.exceptions.ValidationException;

import java.util.function.Supplier;

/**
 * Turns what our libraries refuse into the exception that Spark's clients show as one sentence. PySpark knows
 * {@link IllegalArgumentException} and prints the Java stack of most others.
 */
public final class Refusals
{
    private Refusals() {}

    /**
     * Runs the action; a refusal keeps its message and its cause.
     *
     * @throws IllegalArgumentException in place of a refusal
     */
    public static <T> T clean(Supplier<T> action)
    {
        try {
            return action.get();
        }
        catch (OffsetsDisagreeException | ReconcileException | ValidationException | WalBacklogException | WalException | IllegalStateException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
