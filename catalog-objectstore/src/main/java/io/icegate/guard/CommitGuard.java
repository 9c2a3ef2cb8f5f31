package io.icegate.guard;

import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Asked before every commit of a table by any engine, embedded, over REST, in Trino or in Spark. Found by
 * {@link java.util.ServiceLoader}; the WAL brings the implementation. A table whose base carries
 * {@link #GUARDED_PROPERTY} cannot be committed by a process that has no guard.
 */
public interface CommitGuard
{
    /**
     * Tables that carry this property are guarded.
     */
    String GUARDED_PROPERTY = "icegate.wal.offsets";

    /**
     * The metadata to commit in place of {@code next}: usually {@code next} itself, or {@code next} with the guarded
     * properties put back. Pure: no I/O.
     *
     * @param base what the commit replaces; null for a new table
     * @throws org.apache.iceberg.exceptions.ValidationException when the commit breaks a rule; never retried
     */
    TableMetadata check(@Nullable TableMetadata base, TableMetadata next);
}
