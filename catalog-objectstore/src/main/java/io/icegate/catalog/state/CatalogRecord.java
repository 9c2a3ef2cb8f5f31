package io.icegate.catalog.state;

import java.util.List;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * Holds one group commit, the content of an object below {@code log/}.
 *
 * @param id made for this attempt to write; it tells whose record won the slot
 * @param writer the process that wrote it
 * @param timestampMillis greater than that of every earlier record
 */
public record CatalogRecord(long version, UUID id, UUID writer, long timestampMillis, List<CatalogTransaction> transactions)
{
    public static final int TRANSACTIONS_MAX = 256;
    public static final int BYTES_MAX = 1 << 20;

    public CatalogRecord
    {
        requireNonNull(id, "id is null");
        requireNonNull(writer, "writer is null");
        transactions = List.copyOf(transactions);
        if (version < 1 || timestampMillis < 0) {
            throw new IllegalArgumentException("Cannot describe catalog record %s with timestamp %s: out of range".formatted(version, timestampMillis));
        }
        if (transactions.isEmpty() || transactions.size() > TRANSACTIONS_MAX) {
            throw new IllegalArgumentException("Cannot describe catalog record %s: it has %s transactions, not 1 to %s".formatted(version, transactions.size(), TRANSACTIONS_MAX));
        }
    }

    /**
     * The same record with another time.
     */
    public CatalogRecord at(long newTimestampMillis)
    {
        return new CatalogRecord(version, id, writer, newTimestampMillis, transactions);
    }
}
