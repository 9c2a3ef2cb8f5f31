package io.icegate.wal.engine;

import io.icegate.objectstore.Warehouse;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.batches.BatchIndexes;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.CommitResult;
import io.icegate.wal.commit.ReconcileMode;
import io.icegate.wal.commit.ReconcileResult;
import io.icegate.wal.commit.WalCommitter;
import io.icegate.wal.commit.WalReconciler;
import io.icegate.wal.read.FooterCache;
import io.icegate.wal.read.LiveFile;
import io.icegate.wal.read.LiveFiles;
import io.icegate.wal.read.LiveSegments;
import io.icegate.wal.read.LiveSnapshots;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.LiveTailReader;
import io.icegate.wal.read.RunEnd;
import io.icegate.wal.read.WalListing;
import io.icegate.wal.read.Watermark;
import io.icegate.wal.read.WatermarkReader;
import io.icegate.wal.registry.WriterRegistry;
import io.icegate.wal.status.WriterStatus;
import io.icegate.wal.status.WriterStatusReader;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.lang.Math.toIntExact;
import static java.util.Objects.requireNonNull;

/**
 * The WAL of one warehouse, as an engine or a committer uses it. Safe for use by many threads; one per process and
 * warehouse is best, because the footers of segments are remembered here.
 */
public final class EngineWal
{
    /**
     * Limit of the commits of one drain, so that writers cannot keep a statement waiting without end.
     */
    private static final int DRAIN_COMMITS_MAX = 20;
    /**
     * Largest number of commits that one call may ask for.
     */
    private static final int COMMITS_MAX = 1_000;
    /**
     * Largest number of segments that one call may ask for.
     */
    public static final long SEGMENTS_MAX = (long) COMMITS_MAX * CommitOptions.SEGMENTS_MAX;

    private final FooterCache footers;
    private final LiveTailReader reader;
    private final WatermarkReader watermarks;
    private final LiveFiles files;
    private final LiveSnapshots snapshots;
    private final WalListing listing;
    private final WriterStatusReader statuses;
    private final WalCommitter committer;
    private final WalReconciler reconciler;
    private final CommitOptions drainOptions;

    /**
     * @param footersMax footers that are remembered
     * @param liveSegmentsMax more live segments in one table are refused
     * @param commitSegmentsMax segments of each commit of a drain
     */
    public record Limits(int footersMax, int liveSegmentsMax, int commitSegmentsMax)
    {
        public static final Limits DEFAULT = new Limits(FooterCache.COUNT_MAX_DEFAULT, WalListing.SEGMENTS_MAX, CommitOptions.SEGMENTS_MAX);

        public Limits
        {
            if (footersMax < 1 || liveSegmentsMax < 1 || commitSegmentsMax < 1 || commitSegmentsMax > CommitOptions.SEGMENTS_MAX) {
                throw new IllegalArgumentException("Cannot use a WAL with %s footers, %s live segments and %s segments per commit: out of range".formatted(
                        footersMax, liveSegmentsMax, commitSegmentsMax));
            }
        }

        public Limits withFootersMax(int count)
        {
            return new Limits(count, liveSegmentsMax, commitSegmentsMax);
        }
    }

    public EngineWal(Warehouse warehouse, SegmentCodec codec, WalEnvironment environment, Limits limits)
    {
        requireNonNull(warehouse, "warehouse is null");
        this.footers = new FooterCache(codec, limits.footersMax());
        BatchIndexes indexes = new BatchIndexes(warehouse.store(), environment);
        this.reader = new LiveTailReader(warehouse, footers, indexes, environment, limits.liveSegmentsMax());
        this.watermarks = new WatermarkReader(warehouse, footers, environment.executor(), limits.liveSegmentsMax());
        this.files = new LiveFiles(warehouse, codec, environment.waiting());
        this.snapshots = new LiveSnapshots(warehouse);
        WriterRegistry registry = new WriterRegistry(warehouse.store());
        this.listing = new WalListing(warehouse.store(), registry, footers, environment.executor(), limits.liveSegmentsMax());
        this.statuses = new WriterStatusReader(registry, listing, environment.executor(), limits.liveSegmentsMax());
        this.committer = new WalCommitter(warehouse, footers, indexes, environment);
        this.reconciler = new WalReconciler(warehouse, footers, indexes, environment);
        // ending silent writers is the commit loop's business, and a statement need not wait for it
        this.drainOptions = new CommitOptions(limits.commitSegmentsMax(), false);
    }

    /**
     * True when a table with these properties takes segments.
     */
    public static boolean isWalTable(Map<String, String> properties)
    {
        return properties.containsKey(OffsetVector.PROPERTY);
    }

    /**
     * Returns the rows that are durable behind this metadata. Nothing for a table that has no WAL, without asking the store.
     *
     * @throws io.icegate.wal.OffsetsDisagreeException when the metadata contradicts itself about what is committed
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer or too many segments wait
     */
    public LiveTail tail(TableMetadata metadata)
    {
        return reader.read(metadata);
    }

    /**
     * Returns how complete a tail, with the snapshot before it, is.
     *
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer or too many segments wait
     */
    public Watermark watermark(LiveTail tail)
    {
        return watermarks.read(tail);
    }

    /**
     * Returns the files of a tail, in its order. Their delete files are stored on return.
     *
     * @param metadata that the tail was read for
     * @throws io.icegate.wal.WalException UNAVAILABLE when a delete file could not be stored
     */
    public List<LiveFile> files(TableMetadata metadata, LiveTail tail)
    {
        return files.files(metadata, tail);
    }

    /**
     * Returns the metadata with the tail as one more snapshot, for readers that know nothing of a WAL. See {@link LiveSnapshots}.
     *
     * @param metadata that the tail was read for
     * @param tail not empty
     * @throws io.icegate.wal.WalException UNAVAILABLE when a delete file could not be stored
     */
    public TableMetadata withTail(TableMetadata metadata, LiveTail tail)
    {
        return snapshots.metadata(metadata, tail, files.files(metadata, tail));
    }

    /**
     * Returns what waits behind a vector, duplicates included.
     *
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer or too many segments wait
     */
    public LiveSegments waiting(Table table, OffsetVector committed)
    {
        return listing.list(table.uuid(), committed);
    }

    /**
     * Returns how the writers of a table are, in the order of their ids. Nothing for a table that has no WAL. A table that cannot
     * be read is one row that says why, so that whoever asks for many tables hears of the others.
     *
     * @param metadata loads the metadata of the table
     */
    public List<WriterStatus> writers(TableIdentifier name, Supplier<TableMetadata> metadata)
    {
        try {
            return statuses.read(name, metadata.get());
        }
        catch (RuntimeException e) {
            return List.of(WriterStatus.unreadable(name, e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    /**
     * Makes waiting segments part of the table, once. Refreshes the table.
     *
     * @throws io.icegate.wal.OffsetsDisagreeException when the table contradicts itself; an operator must decide
     * @throws io.icegate.wal.WalException UNAVAILABLE when the store did not answer or others kept winning; nothing was lost
     */
    public CommitResult commit(Table table, CommitOptions options)
    {
        return committer.commit(table, options);
    }

    /**
     * Makes waiting segments part of the table, the oldest first, in as many commits as it takes. Refreshes the table. Each
     * commit is atomic, all of them together are not.
     *
     * @param segmentsMax from 1 to {@link #SEGMENTS_MAX}
     * @param sealSilent whether writers without a heartbeat are sealed first
     * @throws io.icegate.wal.OffsetsDisagreeException as {@link #commit}; earlier commits stay
     * @throws io.icegate.wal.WalException as {@link #commit}; earlier commits stay
     */
    public CommitTotals commitWaiting(Table table, long segmentsMax, boolean sealSilent)
    {
        if (segmentsMax < 1 || segmentsMax > SEGMENTS_MAX) {
            throw new IllegalArgumentException("Cannot commit %s segments: it must be 1 to %s".formatted(segmentsMax, SEGMENTS_MAX));
        }
        CommitTotals totals = null;
        long remaining = segmentsMax;
        while (remaining > 0) {
            CommitResult result = commit(table, new CommitOptions(toIntExact(min(remaining, CommitOptions.SEGMENTS_MAX)), sealSilent));
            totals = totals == null ? CommitTotals.of(result) : totals.plus(result);
            if (result.snapshotId().isEmpty()) {
                return totals.withCorruption(RunEnd.corruption(result.ends()));
            }
            // a commit may consist of seals alone
            remaining -= max(1, result.segments());
        }
        return requireNonNull(totals, "totals is null");
    }

    /**
     * Commits every row that was durable before this call, hence every row that was acknowledged before it. What comes
     * while it runs may be left. Writers are not sealed. Refreshes the table.
     *
     * @return true when the table was changed
     * @throws WalBacklogException when more waits than a statement can wait for; some of it may be committed
     * @throws io.icegate.wal.OffsetsDisagreeException as {@link #commit}
     * @throws io.icegate.wal.WalException as {@link #commit}
     */
    public boolean drain(Table table)
    {
        boolean changed = false;
        for (int commit = 0; commit < DRAIN_COMMITS_MAX; commit++) {
            CommitResult result = commit(table, drainOptions);
            changed |= result.snapshotId().isPresent();
            if (result.isComplete()) {
                return changed;
            }
        }
        throw new WalBacklogException("Cannot commit everything that waits in the WAL of table %s: it is more than %s segments; run commit_wal first".formatted(
                table.name(), (long) DRAIN_COMMITS_MAX * drainOptions.segmentsMax()));
    }

    /**
     * Makes property and snapshots agree after a rollback. Refreshes the table.
     *
     * @throws io.icegate.wal.commit.ReconcileException when the mode cannot be done on this table; nothing was changed
     * @throws io.icegate.wal.WalException UNAVAILABLE or CORRUPT; nothing was changed
     */
    public ReconcileResult reconcile(Table table, ReconcileMode mode)
    {
        return reconciler.reconcile(table, mode);
    }

    /**
     * Returns the cache of this WAL. A writer of the same process puts its footers there, so that nothing of its own is read
     * back.
     */
    public FooterCache footers()
    {
        return footers;
    }
}
