package io.icegate.trino.config;

/**
 * The places where Trino, left alone, would answer without the live rows, or would change a table past them. Each has a
 * test, and each test has a control that leaves the guard out and must go wrong; nothing else ever leaves one out.
 */
public enum Guard
{
    /**
     * A table without a snapshot is not empty while it has live rows.
     */
    EMPTY_TABLE_PREDICATE,
    /**
     * Live segments hold many partitions: a partition predicate is not enforced by pruning.
     */
    ENFORCED_PREDICATE,
    /**
     * DELETE, UPDATE and MERGE cannot reach live rows.
     */
    ROW_LEVEL_CHANGES,
    /**
     * Dropping whole files by metadata cannot reach live rows.
     */
    METADATA_DELETE,
    /**
     * TRUNCATE cannot reach live rows.
     */
    TRUNCATE,
    /**
     * OPTIMIZE must not rewrite segments that are not committed.
     */
    OPTIMIZE,
    /**
     * ANALYZE describes the snapshot.
     */
    ANALYZE,
    /**
     * Time travel reads snapshots.
     */
    TIME_TRAVEL,
    /**
     * Statistics of the snapshot know nothing of the live rows.
     */
    TABLE_STATISTICS,
    /**
     * A materialized view that has read live rows would read them again at its next refresh.
     */
    MATERIALIZED_VIEW_REFRESH,
    /**
     * A materialized view that knows every snapshot of its tables still knows nothing of rows that wait.
     */
    MATERIALIZED_VIEW_FRESHNESS,
    /**
     * CREATE OR REPLACE drops the offset vector and would bring old rows back.
     */
    REPLACE_TABLE,
    /**
     * Live rows have no sequence number before they are committed.
     */
    SEQUENCE_NUMBER,
    /**
     * The pin belongs to one transaction and must not reach file writers.
     */
    PIN_IN_EXECUTE,
    /**
     * The rows of a repeated request count once.
     */
    DUPLICATES,
    /**
     * All tables of a transaction are read from one version of the catalog.
     */
    ONE_CATALOG_VERSION,
    /**
     * A scan that filters times by itself answers queries only: what changes a table must see its whole condition.
     */
    TIME_FILTER,
}
