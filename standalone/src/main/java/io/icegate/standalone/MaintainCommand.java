package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.maintenance.expire.ExpirationPolicy;
import io.icegate.maintenance.expire.SnapshotExpiration;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.maintenance.upkeep.Upkeep;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepSettings;
import io.icegate.objectstore.Warehouse;
import io.icegate.standalone.console.CommandException;
import io.icegate.wal.WalLayout;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.lease.WorkLease;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

@Command(
        name = "maintain",
        mixinStandardHelpOptions = true,
        description = {
                "Keeps the signal tables of a warehouse in order, in the foreground until Ctrl-C.",
                "Merges small files and expires snapshots, and prints a line for each. 'start' does so by itself. Any number of these may run,",
                "on any machine: one of them looks after a table at a time.",
        })
final class MaintainCommand
        implements Callable<Integer>
{
    /**
     * How long a stop waits for the running action. A merge that is cut short leaves files that nothing refers to.
     */
    private static final long STOP_SECONDS = 30;
    /**
     * After which another process looks after the tables of one that died.
     */
    private static final Duration LEASE_TIME = Duration.ofMinutes(5);

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    @Option(names = "--once", description = "Does what is due now, and ends. Fails when something could not be done.")
    private boolean once;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Map<UUID, WorkLease> leases = new HashMap<>();
    private int failures;

    @Override
    public Integer call()
            throws IOException, InterruptedException
    {
        String uri = warehouse.uri(data.path());
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
        Path scratch = Files.createDirectories(data.path().resolve("maintenance"));
        SecureRandom random = new SecureRandom();
        String holder = "%016x".formatted(random.nextLong());
        Warehouse opened = WritersOfWarehouse.open(uri);
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", opened, new ObjectStoreFileIO(opened), Map.of())) {
            InstantSource clock = InstantSource.system();
            Upkeep upkeep = new Upkeep(
                    new MergePlanner(MergePolicy.DEFAULT),
                    new NativeMerge(MergeSettings.DEFAULT, scratch, random),
                    new SnapshotExpiration(ExpirationPolicy.DEFAULT, clock),
                    UpkeepSettings.DEFAULT,
                    clock,
                    this::tell);
            System.out.println("Keeping the tables of %s in order.".formatted(uri));
            do {
                try {
                    upkeep.round(tables(catalog), table -> holdsLease(opened, table, holder, clock), () -> stopping.getCount() > 0);
                }
                catch (RuntimeException e) {
                    if (once) {
                        throw new CommandException("Cannot keep the tables of %s in order: %s".formatted(uri, e.getMessage()), e);
                    }
                    failures++;
                    System.err.println("icegate: Cannot look after the tables, the next round will: " + e.getMessage());
                }
            }
            while (!once && !stopping.await(UpkeepSettings.DEFAULT.interval().toMillis(), MILLISECONDS));
            return once && failures > 0 ? 1 : 0;
        }
        finally {
            leases.values().forEach(WorkLease::release);
            stopped.countDown();
        }
    }

    private void stop()
    {
        stopping.countDown();
        try {
            boolean _ = stopped.await(STOP_SECONDS, SECONDS);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(UpkeepAction action)
    {
        failures += action.succeeded() ? 0 : 1;
        System.out.println(action.started().truncatedTo(ChronoUnit.SECONDS) + " " + action.text());
    }

    private boolean holdsLease(Warehouse opened, Table table, String holder, InstantSource clock)
    {
        return leases.computeIfAbsent(table.uuid(), uuid -> new WorkLease(opened.store(), WalLayout.maintainer(uuid), holder, LEASE_TIME, clock)).tryHold();
    }

    /**
     * The tables that take segments. Other tables have other owners.
     */
    private static List<Table> tables(ObjectStoreCatalog catalog)
    {
        List<Table> tables = new ArrayList<>();
        for (Namespace namespace : catalog.listNamespaces()) {
            try {
                for (TableIdentifier name : catalog.listTables(namespace)) {
                    Table table = catalog.loadTable(name);
                    if (EngineWal.isWalTable(table.properties())) {
                        tables.add(table);
                    }
                }
            }
            catch (NoSuchTableException | NoSuchNamespaceException e) {
                // dropped meanwhile; the next round sees what is left
            }
        }
        return tables;
    }
}
