package io.icegate.spark;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.wal.OffsetVector;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.commit.CommitOptions;
import io.icegate.wal.commit.CommitResult;
import io.icegate.wal.commit.WalCommitter;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.read.FooterCache;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import static java.util.Objects.requireNonNull;

/**
 * The rows that wait behind the snapshots of a catalog's tables.
 */
final class WalTables
{
    /**
     * Footers that are read at once; they cost a request each.
     */
    private static final int READS_MAX = 16;
    /**
     * A drain ends after so many full commits: receivers cannot keep a statement waiting for ever.
     */
    private static final int DRAIN_COMMITS_MAX = 20;
    /**
     * Ending silent writers is the commit loop's business, and a statement need not wait for it.
     */
    private static final CommitOptions DRAIN = new CommitOptions(CommitOptions.SEGMENTS_MAX, false);

    private final ObjectStoreCatalog catalog;
    private final WalCommitter committer;

    WalTables(ObjectStoreCatalog catalog)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        FooterCache footers = new FooterCache(new ParquetSegmentCodec(), FooterCache.COUNT_MAX_DEFAULT);
        this.committer = new WalCommitter(catalog.warehouse(), footers, WalEnvironment.system(readers()));
    }

    WalCommitter committer()
    {
        return committer;
    }

    /**
     * Commits every row that was acknowledged before this call.
     *
     * @return whether the table was changed; false for what is no table of this catalog or has no WAL
     */
    boolean drain(TableIdentifier identifier)
    {
        Table table;
        try {
            table = catalog.loadTable(identifier);
        }
        catch (NoSuchTableException e) {
            return false;
        }
        if (OffsetVector.fromProperties(table.properties()).isEmpty()) {
            return false;
        }
        boolean changed = false;
        for (int commits = 0; commits < DRAIN_COMMITS_MAX; commits++) {
            CommitResult result = committer.commit(table, DRAIN);
            changed |= result.snapshotId().isPresent();
            if (result.segments() < CommitOptions.SEGMENTS_MAX) {
                return changed;
            }
        }
        throw new IllegalStateException("Cannot change table %s: more than %s segments wait in its WAL; run CALL <catalog>.system.commit_wal first"
                .formatted(identifier, DRAIN_COMMITS_MAX * CommitOptions.SEGMENTS_MAX));
    }

    private static ExecutorService readers()
    {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(READS_MAX, READS_MAX, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "icegate-wal-reader");
            thread.setDaemon(true);
            return thread;
        });
        // a catalog is never closed by Spark
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
