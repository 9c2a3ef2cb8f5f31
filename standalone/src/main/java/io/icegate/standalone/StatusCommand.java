package io.icegate.standalone;

import io.icegate.maintenance.upkeep.UpkeepStatus;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.ResultTable;
import io.icegate.standalone.process.AlertingProcess;
import io.icegate.standalone.process.CatalogProcess;
import io.icegate.standalone.process.Http;
import io.icegate.standalone.process.MaintenanceProcess;
import io.icegate.standalone.process.ProgramState;
import io.icegate.standalone.process.ReceiverProcess;
import io.icegate.standalone.process.TrinoProcess;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
                "Shows parts, writers, tables, what waits to be committed, and what maintenance did.",
                "For each part on the data folder: how often it was started again, and why it ended last. A receiver has a writer for",
                "each table, and all writers of the warehouse are shown, wherever they run, as is the last maintenance of each kind. Fails when a part is down.",
        })
final class StatusCommand
        implements Callable<Integer>
{
    /**
     * For the answer of each part.
     */
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<String> PART_COLUMNS = List.of("part", "state", "address", "restarts", "last_end");

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--json", description = "Prints one JSON object per part, writer, table and action of maintenance.")
    private boolean json;

    private record Part(String name, boolean ready, String address, Optional<ProgramState> program)
    {
        List<@Nullable Object> row()
        {
            return Arrays.asList(
                    name,
                    state(),
                    address,
                    program.map(ProgramState::restarts).orElse(0),
                    program.flatMap(ProgramState::lastEnd).map(end -> "%s %s".formatted(end.at().truncatedTo(ChronoUnit.SECONDS), end.reason())).orElse(null));
        }

        private String state()
        {
            if (ready) {
                return "ready";
            }
            return program.filter(state -> state.phase() != ProgramState.Phase.READY).isPresent() ? "starting" : "down";
        }
    }

    @Override
    public Integer call()
    {
        List<Running> found = Running.findAll(data.path());
        Set<String> warehouses = new TreeSet<>(found.stream().map(Running::warehouse).filter(warehouse -> !warehouse.isEmpty()).toList());
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        try (Http http = new Http()) {
            // each part is asked while the others answer, and shown in its turn
            Map<String, Future<List<List<Object>>>> writers = new LinkedHashMap<>();
            Map<String, Future<List<List<Object>>>> upkeep = new LinkedHashMap<>();
            for (String warehouse : warehouses) {
                writers.put(warehouse, executor.submit(() -> WritersOfWarehouse.rows(warehouse)));
                upkeep.put(warehouse, executor.submit(() -> UpkeepOfWarehouse.rows(warehouse, json ? UpkeepStatus.ACTIONS_MAX : 1)));
            }
            List<Future<List<Part>>> asked = (found.isEmpty() ? List.of(Running.AT_DEFAULT_PORTS) : found).stream().map(running -> executor.submit(() -> parts(running, http))).toList();
            List<Part> parts = new ArrayList<>();
            for (Future<List<Part>> part : asked) {
                parts.addAll(part.get());
            }
            Optional<Future<List<List<@Nullable Object>>>> tables = parts.stream()
                    .filter(part -> part.name().equals(TrinoProcess.NAME) && part.ready())
                    .findFirst()
                    .map(trino -> executor.submit(() -> TableStates.rows(trino.address().replaceFirst("^http://", ""), LIMIT)));

            print(PART_COLUMNS, parts.stream().map(Part::row).toList());
            writers.forEach(this::printWriters);
            upkeep.forEach(this::printUpkeep);
            tables.ifPresent(this::printTables);
            return parts.stream().allMatch(Part::ready) ? 0 : 1;
        }
        catch (ExecutionException e) {
            throw new CommandException("Cannot ask the parts: " + reason(e), e);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("Cannot ask the parts: interrupted", e);
        }
        finally {
            executor.shutdownNow();
        }
    }

    private void printWriters(String warehouse, Future<List<List<Object>>> asked)
    {
        try {
            print(WritersOfWarehouse.COLUMNS, answer(asked));
        }
        catch (CommandException e) {
            // the parts and the tables are worth showing all the same
            System.err.println("icegate: " + WritersOfWarehouse.problem(warehouse, String.valueOf(e.getMessage())));
        }
    }

    private void printUpkeep(String warehouse, Future<List<List<Object>>> asked)
    {
        try {
            print(UpkeepOfWarehouse.COLUMNS, answer(asked));
        }
        catch (CommandException e) {
            System.err.println("icegate: Cannot tell what maintenance did in %s: %s".formatted(warehouse, e.getMessage()));
        }
    }

    private void printTables(Future<List<List<@Nullable Object>>> asked)
    {
        try {
            print(TableStates.COLUMNS, answer(asked));
        }
        catch (CommandException e) {
            throw new CommandException("Cannot read the state of the tables: " + e.getMessage(), e);
        }
    }

    private void print(List<String> columns, List<? extends List<?>> rows)
    {
        if (!rows.isEmpty()) {
            ResultTable.print(columns, rows, json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        }
    }

    private static <T> T answer(Future<T> asked)
    {
        try {
            return asked.get(LIMIT.toMillis(), MILLISECONDS);
        }
        catch (ExecutionException e) {
            throw new CommandException(reason(e), e);
        }
        catch (TimeoutException e) {
            throw new CommandException("no answer within %s seconds".formatted(LIMIT.toSeconds()), e);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted", e);
        }
    }

    private static String reason(ExecutionException failure)
    {
        Throwable cause = failure.getCause();
        return String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    }

    private static List<Part> parts(Running running, Http http)
    {
        List<Part> parts = new ArrayList<>();
        running.receiver().ifPresent(ports -> {
            boolean ready = ReceiverProcess.ready(http, ports.http(), ports.certificate());
            Optional<ProgramState> state = running.program(ReceiverProcess.NAME);
            parts.add(new Part("OTLP/gRPC", ready, "localhost:" + ports.grpc(), state));
            parts.add(new Part("OTLP/HTTP", ready, ports.httpAddress(), state));
        });
        OptionalInt trino = running.trinoPort();
        trino.ifPresent(port -> parts.add(new Part(TrinoProcess.NAME, TrinoProcess.ready(http, port), "http://localhost:" + port, running.program(TrinoProcess.NAME))));
        running.program(CatalogProcess.NAME).ifPresent(state -> parts.add(part(state, running.catalogAddress().orElse(""))));
        running.program(MaintenanceProcess.NAME).ifPresent(state -> parts.add(part(state, "")));
        running.program(AlertingProcess.NAME).ifPresent(state -> parts.add(part(state, "")));
        return parts;
    }

    private static Part part(ProgramState state, String address)
    {
        return new Part(state.name(), state.phase() == ProgramState.Phase.READY, address, Optional.of(state));
    }
}
