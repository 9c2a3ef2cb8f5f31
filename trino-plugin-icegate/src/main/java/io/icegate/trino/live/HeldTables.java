package io.icegate.trino.live;

import com.google.inject.Inject;
import io.icegate.objectstore.Warehouse;
import io.icegate.wal.lease.StatementHold;
import io.icegate.wal.lease.StatementHolds;
import io.trino.plugin.iceberg.ForIcebergSplitManager;
import jakarta.annotation.PreDestroy;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ExecutorService;

/**
 * The tables whose files statements of this coordinator replace or delete rows of. Maintenance, wherever it runs, leaves these files where they
 * are.
 */
public final class HeldTables
{
    private final StatementHolds holds;

    @Inject
    HeldTables(Warehouse warehouse, @ForIcebergSplitManager ExecutorService executor)
    {
        holds = new StatementHolds(new StatementHold(warehouse.store(), InstantSource.system()), "%016x".formatted(new SecureRandom().nextLong()), executor);
    }

    /**
     * Until the share is closed.
     */
    public StatementHolds.Share hold(UUID table)
    {
        return holds.begin(table);
    }

    @PreDestroy
    public void close()
    {
        holds.close();
    }
}
