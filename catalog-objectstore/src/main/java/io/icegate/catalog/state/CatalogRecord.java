package io.icegate.catalog.state;

import java.util.List;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * Holds one group commit, the content of an object below {@code log/}.
 *
 * <p>A record that was offered <em>ahead</em> was made without knowing the last {@code ahead} records before it. Each of its
 * transactions takes effect if the state before it still has every pointer that the transaction moves, and is void else; see
 * {@link CatalogState#effective}. It only moves pointers. A record without transactions fills a slot, so that what stands
 * behind it counts.
 *
 * @param id made for this attempt to write; it tells whose record won the slot
 * @param writer the process that wrote it
 * @param timestampMillis greater than that of every earlier record; a reader raises it where it is not
 * @param ahead how many slots before this one its writer did not know; 0 for most
 */
public record CatalogRecord(long version, UUID id, CatalogWriter writer, long timestampMillis, int ahead, List<CatalogTransaction> transactions)
{
    public static final int TRANSACTIONS_MAX = 256;
    public static final int BYTES_MAX = 1 << 20;
    public static final int AHEAD_MAX = 4;

    public CatalogRecord
    {
        requireNonNull(id, "id is null");
        requireNonNull(writer, "writer is null");
        transactions = List.copyOf(transactions);
        if (version < 1 || timestampMillis < 0) {
            throw new IllegalArgumentException("Cannot describe catalog record %s with timestamp %s: out of range".formatted(version, timestampMillis));
        }
        if (ahead < 0 || ahead > AHEAD_MAX || ahead >= version) {
            throw new IllegalArgumentException("Cannot describe catalog record %s: it is %s ahead, not 0 to %s".formatted(version, ahead, AHEAD_MAX));
        }
        if (transactions.size() > TRANSACTIONS_MAX) {
            throw new IllegalArgumentException("Cannot describe catalog record %s: it has %s transactions, more than %s".formatted(version, transactions.size(), TRANSACTIONS_MAX));
        }
        if (ahead > 0 && !transactions.stream().allMatch(CatalogTransaction::onlyMoves)) {
            throw new IllegalArgumentException("Cannot describe catalog record %s: it is %s ahead and does more than move pointers".formatted(version, ahead));
        }
    }

    /**
     * A record whose writer knew everything before it.
     */
    public CatalogRecord(long version, UUID id, CatalogWriter writer, long timestampMillis, List<CatalogTransaction> transactions)
    {
        this(version, id, writer, timestampMillis, 0, transactions);
    }

    /**
     * The same record with another time.
     */
    public CatalogRecord at(long newTimestampMillis)
    {
        return new CatalogRecord(version, id, writer, newTimestampMillis, ahead, transactions);
    }
}
