package io.icegate.wal.read;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.batches.BatchWindow;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.table.TableOffsets;
import org.apache.iceberg.TableMetadata;

import java.util.UUID;
import java.util.concurrent.Executor;

import static java.util.Objects.requireNonNull;

/**
 * Reads the live tail of a table. The metadata, which holds snapshot and vector of one commit, comes first and the
 * listing second: in this order nothing is missed and nothing is read twice, whatever commits in between.
 */
public final class LiveTailReader
{
    private final WalListing listing;
    private final DuplicateWalk walk;

    /**
     * @param executor runs listings and footer reads in parallel; {@code Runnable::run} reads one after the other
     */
    public LiveTailReader(Warehouse warehouse, FooterCache footers, Executor executor)
    {
        this(warehouse, footers, new BatchIndexes(warehouse.store(), WalEnvironment.system(executor)), WalEnvironment.system(executor), WalListing.SEGMENTS_MAX);
    }

    /**
     * @param segmentsMax more live segments in one table are refused
     */
    public LiveTailReader(Warehouse warehouse, FooterCache footers, BatchIndexes indexes, WalEnvironment environment, int segmentsMax)
    {
        requireNonNull(warehouse, "warehouse is null");
        this.listing = new WalListing(warehouse.store(), new WriterRegistry(warehouse.store(), environment.nanoTime()), footers, environment.executor(), segmentsMax);
        this.walk = new DuplicateWalk(indexes, environment.executor());
    }

    /**
     * Empty, without asking the store, for a table that has no WAL.
     *
     * @throws OffsetsDisagreeException when the metadata contradicts itself about what is committed
     * @throws WalException UNAVAILABLE when the store did not answer or too many segments wait
     */
    public LiveTail read(TableMetadata metadata)
    {
        UUID table = UUID.fromString(metadata.uuid());
        TableOffsets offsets = TableOffsets.of(metadata);
        if (!offsets.isWalTable()) {
            return LiveTail.empty(table);
        }
        OffsetVector from = offsets.forRead(metadata.location());
        LiveSegments live = listing.follow(table, from);
        return LiveTail.of(live, walk.find(table, BatchWindow.of(metadata.properties()), live.segments()));
    }
}
