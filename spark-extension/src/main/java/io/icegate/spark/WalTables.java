package io.icegate.spark;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.spark.held.HeldTables;
import io.icegate.spark.procedures.Refusals;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;

import java.util.Optional;
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

    private final ObjectStoreCatalog catalog;
    private final EngineWal wal;
    private final HeldTables heldTables;

    WalTables(ObjectStoreCatalog catalog)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        ExecutorService readers = readers();
        this.wal = new EngineWal(catalog.warehouse(), new ParquetSegmentCodec(), WalEnvironment.system(readers), EngineWal.Limits.DEFAULT);
        this.heldTables = new HeldTables(catalog.warehouse().store(), readers);
    }

    HeldTables heldTables()
    {
        return heldTables;
    }

    EngineWal wal()
    {
        return wal;
    }

    /**
     * Commits every row that was acknowledged before this call.
     *
     * @return whether the table was changed; false for what is no table of this catalog or has no WAL
     * @throws IllegalArgumentException when the table's WAL cannot be committed
     */
    boolean drain(TableIdentifier identifier)
    {
        return find(identifier).map(table -> Refusals.clean(() -> wal.drain(table))).orElse(false);
    }

    /**
     * Keeps maintenance away from the table's files, if it has a WAL, until the statement has run that is being prepared.
     */
    void holdForStatement(TableIdentifier identifier)
    {
        find(identifier).map(Table::uuid).ifPresent(heldTables::holdForStatement);
    }

    private Optional<Table> find(TableIdentifier identifier)
    {
        try {
            return Optional.of(catalog.loadTable(identifier)).filter(table -> EngineWal.isWalTable(table.properties()));
        }
        catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }

    /**
     * Commits every row that was acknowledged before this call, before a statement that takes all rows of the table away
     * although it may have read them before.
     *
     * @throws IllegalArgumentException when there were such rows: the statement would lose them unread
     */
    void drainBeforeReplace(TableIdentifier identifier)
    {
        if (drain(identifier)) {
            throw new IllegalArgumentException(("Cannot replace the rows of table %s: rows waited in its WAL that the statement may not have read; " +
                    "they are committed now, run the statement again").formatted(identifier));
        }
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
