package io.icegate.catalog.state;

import java.time.Instant;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * One record of the change feed: everything that became visible with this version.
 *
 * @param timestamp greater than that of every earlier version
 */
public record CatalogCommit(long version, Instant timestamp, List<CatalogTransaction> transactions)
{
    public CatalogCommit
    {
        requireNonNull(timestamp, "timestamp is null");
        transactions = List.copyOf(transactions);
    }
}
