package io.icegate.guard;

import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Checks every commit of a table by any engine: embedded, over REST, in Trino or in Spark. The WAL brings the
 * implementation, which the {@link java.util.ServiceLoader} finds. A process without a guard cannot commit a table whose
 * base carries {@link #GUARDED_PROPERTY}.
 */
public interface CommitGuard
{
    /**
     * Tables that carry this property are guarded.
     */
    String GUARDED_PROPERTY = "icegate.wal.offsets";

    /**
     * Returns the metadata to commit in place of {@code next}: {@code next} itself, or {@code next} with the guarded properties
     * corrected. Does no I/O.
     *
     * @param base what the commit replaces; null to create or register a table
     * @param next has no metadata file yet when the table is created, and has one when it is registered
     * @throws org.apache.iceberg.exceptions.ValidationException when the commit breaks a rule; never retried
     */
    TableMetadata check(@Nullable TableMetadata base, TableMetadata next);
}
