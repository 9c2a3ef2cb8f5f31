package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.ProgramName;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.maintenance.upkeep.KnownTables;
import io.icegate.maintenance.upkeep.Maintenance;
import io.icegate.maintenance.upkeep.RewriteExecutor;
import io.icegate.maintenance.upkeep.UpkeepAction;
import io.icegate.maintenance.upkeep.UpkeepListener;
import io.icegate.maintenance.upkeep.UpkeepSettings;
import io.icegate.objectstore.Warehouse;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.ReceiverProcess;
import io.icegate.warehouse.Warehouses;
import org.jspecify.annotations.Nullable;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        },
        footer = {
                "",
                "With OTEL_EXPORTER_OTLP_ENDPOINT (of OTLP/HTTP) it sends its metrics, and a log record for each action, to a receiver.",
        })
final class MaintainCommand
        implements Callable<Integer>
{
    /**
     * How long a stop waits for the running action. A merge that is cut short leaves files that nothing refers to.
     */
    private static final long STOP_SECONDS = 30;
    private static final Duration RETURN_MEMORY_INTERVAL = Duration.ofMinutes(1);

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    @Mixin
    private MetricsOption metricsPort = new MetricsOption();

    @Mixin
    private TrinoTarget trino = new TrinoTarget();

    @Option(names = "--once", description = "Does what is due now, and ends, without metrics. Fails when something could not be done; files that wait for an engine, when none is named, are no failure.")
    private boolean once;

    @Option(names = "--cpu-share",
            paramLabel = "SHARE",
            defaultValue = "0.5",
            description = "Share of one core that merges may take, above 0 and at most 1; after each they rest in proportion. --once never rests. Default: ${DEFAULT-VALUE}.")
    private double cpuShare;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final MaintenanceMetrics metrics = new MaintenanceMetrics();
    private Optional<MaintenanceTelemetry> telemetry = Optional.empty();
    private int failures;
    private boolean worked;
    private long memoryReturned = System.nanoTime();

    @Override
    public Integer call()
            throws IOException, InterruptedException
    {
        if (!(cpuShare > 0 && cpuShare <= 1)) {
            throw new CommandException("Cannot use --cpu-share %s: it must be above 0, and 1 at most".formatted(cpuShare));
        }
        Optional<TrinoRewrite> engine = trino.rewrite();
        String uri = warehouse.uri(data.path());
        UpkeepSettings settings = (Warehouses.isPriced(uri) ? UpkeepSettings.DEFAULT.withCopies(ReceiverProcess.copies(data.path())) : UpkeepSettings.UNPRICED).withCpuShare(once ? 1 : cpuShare);
        metricsPort.choice().ifPresent(choice -> PortOptions.check(List.of(choice)));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
        Optional<TelemetryTarget> target = TelemetryTarget.of(System.getenv());
        Path scratch = Files.createDirectories(data.path().resolve("maintenance"));
        Warehouse opened = WritersOfWarehouse.open(uri);
        try (@Nullable PageServer server = once ? null : metricsPort.serve(metrics.pages()).orElse(null);
                @Nullable MaintenanceTelemetry sender = target.map(to -> MaintenanceTelemetry.start(to, metrics.registry(), new SecureRandom())).orElse(null);
                ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", opened, ObjectStoreFileIO.remembering(opened), Map.of(ProgramName.PROGRAM, "maintenance"));
                Maintenance maintenance = Maintenance.open(catalog, opened, settings, scratch, new SecureRandom(), InstantSource.system(), listener(), engine.map(RewriteExecutor.class::cast))) {
            telemetry = Optional.ofNullable(sender);
            System.out.println("Keeping the tables of %s in order.".formatted(uri));
            if (server != null) {
                System.out.println("Metrics are at http://localhost:%s/metrics.".formatted(server.port()));
            }
            do {
                returnMemory();
                try {
                    maintenance.round(() -> stopping.getCount() > 0);
                    maintenance.collectDropped(tables(catalog), () -> stopping.getCount() > 0);
                    metrics.roundEnded(InstantSource.system().instant());
                }
                catch (RuntimeException e) {
                    if (once) {
                        throw new CommandException("Cannot keep the tables of %s in order: %s".formatted(uri, e.getMessage()), e);
                    }
                    failures++;
                    metrics.roundFailed(String.valueOf(e.getMessage()));
                    telemetry.ifPresent(to -> to.roundFailed(String.valueOf(e.getMessage())));
                    System.err.println("icegate: Cannot look after the tables, the next round will: " + e.getMessage());
                }
            }
            while (!once && !stopping.await(settings.interval().toMillis(), MILLISECONDS));
            return once && failures > 0 ? 1 : 0;
        }
        finally {
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

    /**
     * Gives the memory of the rounds before back, once a minute: nothing else makes the serial collector shrink its heap while nothing is done.
     */
    private void returnMemory()
    {
        if (worked && System.nanoTime() - memoryReturned > RETURN_MEMORY_INTERVAL.toNanos()) {
            worked = false;
            memoryReturned = System.nanoTime();
            System.gc();
        }
    }

    private static KnownTables tables(ObjectStoreCatalog catalog)
    {
        return new KnownTables()
        {
            @Override
            public boolean has(UUID table)
            {
                return catalog.findTable(table).isPresent();
            }

            @Override
            public boolean owns(String location)
            {
                return catalog.findByLocation(location).isPresent();
            }
        };
    }

    private UpkeepListener listener()
    {
        return new UpkeepListener()
        {
            @Override
            public void did(UpkeepAction action)
            {
                tell(action);
            }

            @Override
            public void unmerged(String table, Duration lag)
            {
                metrics.unmerged(table, lag);
            }
        };
    }

    private void tell(UpkeepAction action)
    {
        // nobody asks that engine again
        boolean inVain = once && trino.isNamed() && action.kind().equals(UpkeepAction.REWRITE) && action.waits();
        failures += !action.succeeded() || inVain ? 1 : 0;
        metrics.did(action);
        telemetry.ifPresent(to -> to.did(action));
        worked = true;
        System.out.println(action.started().truncatedTo(ChronoUnit.SECONDS) + " " + action.text());
    }
}
