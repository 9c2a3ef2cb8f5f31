package io.icegate.catalog.state;

import java.time.Instant;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * One record of the change feed: everything that became visible with this version.
 *
 * @param timestamp greater than that of every earlier version
 * @param writer the process that wrote it
 */
public record CatalogCommit(long version, Instant timestamp, CatalogWriter writer, List<CatalogTransaction> transactions)
{
    public CatalogCommit
    {
        requireNonNull(writer, "writer is null");
        requireNonNull(timestamp, "timestamp is null");
        transactions = List.copyOf(transactions);
    }
}
