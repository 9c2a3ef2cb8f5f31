package io.icegate.benchmarks.soak;

import io.icegate.benchmarks.Payload;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.MaintenanceProcess;
import io.icegate.standalone.process.MemoryPlan;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.Program;
import io.icegate.standalone.process.Stack;
import io.icegate.standalone.process.StackSettings;
import io.icegate.standalone.process.TrinoProcess;

import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Runs what {@code ./icegate start} runs, under load, and compares at the end.
 */
final class Soak
{
    /**
     * How long clients may need after the load to get their last requests acknowledged, and the server to answer.
     */
    private static final Duration SETTLING_MAX = Duration.ofMinutes(3);
    private static final Duration MEMORY_INTERVAL = Duration.ofSeconds(2);
    private static final int MEMORY_SAMPLES_PER_LOOK = 5;
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final String ACKNOWLEDGED = "acknowledge";
    private static final String DASHBOARD = "query_";

    private final Installation installation;
    private final Path folder;
    private final String warehouse;
    private final MemoryPlan memory;
    private final SoakSettings settings;
    private final PrintStream progress;
    private final Measurements measurements = new Measurements();
    private final long began = System.nanoTime();

    Soak(Installation installation, Path folder, String warehouse, MemoryPlan memory, SoakSettings settings, PrintStream progress)
    {
        this.installation = requireNonNull(installation, "installation is null");
        this.folder = requireNonNull(folder, "folder is null");
        this.warehouse = requireNonNull(warehouse, "warehouse is null");
        this.memory = requireNonNull(memory, "memory is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    SoakResult run()
            throws InterruptedException, SQLException
    {
        List<Integer> ports = Ports.free(3);
        StackSettings stackSettings = new StackSettings(folder, warehouse, ports.get(0), ports.get(1), ports.get(2), Map.of(), memory);
        List<Program> programs = new ArrayList<>(stackSettings.programs(installation));
        programs.add(MaintenanceProcess.program(installation, folder, warehouse, OptionalInt.empty(), ports.get(2), Map.of()));
        say("Starting the receiver, Trino and maintenance on %s", warehouse);
        try (Stack stack = Stack.start(programs, line -> say("%s", line), _ -> {})) {
            stack.awaitReady();
            return load(stack, programs.stream().map(Program::name).toList(), ports.get(1), () -> TrinoProcess.connect("localhost:" + ports.get(2)));
        }
    }

    private SoakResult load(Stack stack, List<String> programs, int httpPort, Dashboard.Connections connections)
            throws InterruptedException, SQLException
    {
        long end = System.nanoTime() + settings.length().toNanos();
        BooleanSupplier goesOn = () -> System.nanoTime() - end < 0;
        BooleanSupplier givesUp = () -> System.nanoTime() - end > SETTLING_MAX.toNanos();
        Dashboard dashboard = new Dashboard(connections, (query, nanos) -> measurements.duration(DASHBOARD + query, nanos));
        SoakKills kills = new SoakKills(stack, settings, name -> say("killed %s", name));
        Gauges gauges = new Gauges(stack, programs, connections, measurements);
        List<SoakClient> clients;
        try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            clients = clients(http, httpPort);
            List<Future<?>> running = new ArrayList<>();
            for (SoakClient client : clients) {
                running.add(threads.submit(task(() -> client.run(goesOn, givesUp))));
            }
            running.add(threads.submit(task(() -> dashboard.run(goesOn))));
            running.add(threads.submit(task(() -> kills.run(goesOn))));
            watch(gauges, clients, running, goesOn);
            say("The load has ended; %s records, of which clients wait for %s", sum(clients, SoakClient::sent), sum(clients, SoakClient::sent) - sum(clients, SoakClient::acknowledged));
            for (Future<?> task : running) {
                await(task);
            }
        }
        say("Comparing %s acknowledged records with the tables", sum(clients, SoakClient::acknowledged));
        List<Ledger.Line> lines = compare(connections, clients);
        return new SoakResult(settings, lines, sum(clients, SoakClient::repeated), dashboard.failed(), kills.done(), measurements);
    }

    private List<SoakClient> clients(HttpClient http, int httpPort)
    {
        int count = settings.clients() * Payload.values().length;
        Duration interval = Duration.ofSeconds(1).multipliedBy(count).multipliedBy(SoakSettings.BATCH).dividedBy(settings.recordsPerSecond());
        List<SoakClient> clients = new ArrayList<>();
        for (Payload payload : Payload.values()) {
            for (int number = 0; number < settings.clients(); number++) {
                clients.add(new SoakClient(payload, number, http, httpPort, interval, nanos -> measurements.duration(ACKNOWLEDGED, nanos)));
            }
        }
        return clients;
    }

    private void watch(Gauges gauges, List<SoakClient> clients, List<Future<?>> running, BooleanSupplier goesOn)
            throws InterruptedException
    {
        long last = 0;
        for (int look = 1; goesOn.getAsBoolean(); look++) {
            Thread.sleep(MEMORY_INTERVAL);
            gauges.memory();
            // a task that ended early failed: nothing after it would mean anything
            for (Future<?> task : running) {
                if (task.state() == Future.State.FAILED) {
                    await(task);
                }
            }
            if (look % MEMORY_SAMPLES_PER_LOOK == 0) {
                gauges.tables();
                long acknowledged = sum(clients, SoakClient::acknowledged);
                measurements.gauge("acknowledged_per_second", (acknowledged - last) / (double) MEMORY_INTERVAL.multipliedBy(MEMORY_SAMPLES_PER_LOOK).toSeconds());
                last = acknowledged;
                int minute = measurements.minute();
                say("%,d records acknowledged, %s requests sent again; dashboard p90 of the last two minutes %.0f ms", acknowledged, sum(clients, SoakClient::repeated), measurements.millis(DASHBOARD, 90, minute - 1, minute + 1));
            }
        }
    }

    /**
     * The server may just have been killed.
     */
    private static List<Ledger.Line> compare(Dashboard.Connections connections, List<SoakClient> clients)
            throws InterruptedException, SQLException
    {
        long deadline = System.nanoTime() + SETTLING_MAX.toNanos();
        while (true) {
            try (Connection connection = connections.open()) {
                return Ledger.compare(connection, clients);
            }
            catch (SQLException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    private interface Task
    {
        void run()
                throws Exception;
    }

    private static Callable<Void> task(Task task)
    {
        return () -> {
            task.run();
            return null;
        };
    }

    private static void await(Future<?> task)
            throws InterruptedException
    {
        try {
            task.get();
        }
        catch (ExecutionException e) {
            throw e.getCause() instanceof CommandException failure ? failure : new CommandException("The soak went wrong: " + e.getCause(), e);
        }
    }

    private interface Count
    {
        long of(SoakClient client);
    }

    private static long sum(List<SoakClient> clients, Count count)
    {
        return clients.stream().mapToLong(count::of).sum();
    }

    private void say(String format, Object... arguments)
    {
        progress.println("[%6.1f s] ".formatted(Duration.ofNanos(System.nanoTime() - began).toMillis() / 1e3) + String.format(Locale.ROOT, format, arguments));
        progress.flush();
    }
}
