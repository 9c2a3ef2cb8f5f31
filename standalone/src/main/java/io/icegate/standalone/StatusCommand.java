package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.ResultTable;
import io.icegate.standalone.process.Http;
import io.icegate.standalone.process.ProgramState;
import io.icegate.standalone.process.ReceiverProcess;
import io.icegate.standalone.process.TrinoProcess;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
                "Shows parts, receivers, tables, and what waits to be committed.",
                "For each part on the data folder: how often it was started again, and why it ended last. Receivers are those that write to the",
                "warehouse, wherever they run. Fails when a part is down.",
        })
final class StatusCommand
        implements Callable<Integer>
{
    private static final List<String> PART_COLUMNS = List.of("part", "state", "address", "restarts", "last_end");

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--json", description = "Prints one JSON object per part, receiver and table.")
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
        ResultTable.Format format = json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED;
        List<Part> parts;
        try (Http http = new Http()) {
            parts = (found.isEmpty() ? List.of(Running.AT_DEFAULT_PORTS) : found).stream().flatMap(running -> parts(running, http).stream()).toList();
        }
        ResultTable.print(PART_COLUMNS, parts.stream().map(Part::row).toList(), format, System.out);

        Set<String> warehouses = new TreeSet<>(found.stream().map(Running::warehouse).filter(warehouse -> !warehouse.isEmpty()).toList());
        for (String warehouse : warehouses) {
            ReceiversOfWarehouse.print(warehouse, format, System.out);
        }

        Optional<Part> trino = parts.stream().filter(part -> part.name().equals(TrinoProcess.NAME) && part.ready()).findFirst();
        if (trino.isPresent()) {
            try (Connection connection = TrinoProcess.connect(trino.orElseThrow().address().replaceFirst("^http://", ""))) {
                TableStates.print(connection, format, System.out);
            }
            catch (SQLException e) {
                throw new CommandException("Cannot read the state of the tables: " + e.getMessage(), e);
            }
        }
        return parts.stream().allMatch(Part::ready) ? 0 : 1;
    }

    private static List<Part> parts(Running running, Http http)
    {
        List<Part> parts = new ArrayList<>();
        running.receiver().ifPresent(ports -> {
            boolean ready = ReceiverProcess.ready(http, ports.http());
            Optional<ProgramState> state = running.program(ReceiverProcess.NAME);
            parts.add(new Part("OTLP/gRPC", ready, "localhost:" + ports.grpc(), state));
            parts.add(new Part("OTLP/HTTP", ready, "http://localhost:" + ports.http(), state));
        });
        OptionalInt trino = running.trinoPort();
        trino.ifPresent(port -> parts.add(new Part(TrinoProcess.NAME, TrinoProcess.ready(http, port), "http://localhost:" + port, running.program(TrinoProcess.NAME))));
        return parts;
    }
}
