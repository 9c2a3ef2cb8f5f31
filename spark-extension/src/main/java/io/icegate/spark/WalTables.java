package io.icegate.spark;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
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

    private final ObjectStoreCatalog catalog;
    private final EngineWal wal;

    WalTables(ObjectStoreCatalog catalog)
    {
        this.catalog = requireNonNull(catalog, "catalog is null");
        this.wal = new EngineWal(catalog.warehouse(), new ParquetSegmentCodec(), WalEnvironment.system(readers()), EngineWal.Limits.DEFAULT);
    }

    EngineWal wal()
    {
        return wal;
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
        return EngineWal.isWalTable(table.properties()) && wal.drain(table);
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
