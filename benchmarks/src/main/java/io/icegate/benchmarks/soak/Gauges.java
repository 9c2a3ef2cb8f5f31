package io.icegate.benchmarks.soak;

import io.icegate.benchmarks.ProcessUsage;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Memory of the programs, and what the tables hold. What cannot be asked at the moment, because a program is being started, is asked later.
 */
final class Gauges
{
    private static final double MEGABYTE = 1 << 20;
    private static final String STATES = "SELECT table_name, committed_files, live_segments FROM icegate.system.table_states WHERE table_schema = 'otel'";

    private final Stack stack;
    private final List<String> programs;
    private final Dashboard.Connections connections;
    private final Measurements measurements;
    private final Map<Long, HeapProbe> probes = new HashMap<>();

    Gauges(Stack stack, List<String> programs, Dashboard.Connections connections, Measurements measurements)
    {
        this.stack = requireNonNull(stack, "stack is null");
        this.programs = List.copyOf(programs);
        this.connections = requireNonNull(connections, "connections is null");
        this.measurements = requireNonNull(measurements, "measurements is null");
    }

    void memory()
    {
        for (String program : programs) {
            Optional<ProcessHandle> process = stack.process(program);
            process.ifPresent(running -> memory(SoakKills.shortName(program), running));
        }
        probes.entrySet().removeIf(entry -> {
            boolean ended = ProcessHandle.of(entry.getKey()).isEmpty();
            if (ended) {
                entry.getValue().close();
            }
            return ended;
        });
    }

    private void memory(String program, ProcessHandle process)
    {
        try {
            measurements.gauge(program + "_resident_mb", ProcessUsage.of(process).residentBytes() / MEGABYTE);
            measurements.lowest(program + "_heap_mb", probe(process).usedBytes() / MEGABYTE);
        }
        catch (UncheckedIOException | UndeclaredThrowableException | CommandException _) {
            // it ends, or starts: the next one is asked
        }
    }

    private HeapProbe probe(ProcessHandle process)
    {
        return probes.computeIfAbsent(process.pid(), _ -> {
            try {
                return HeapProbe.of(process);
            }
            catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    void tables()
    {
        try (Connection connection = connections.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(STATES)) {
            while (rows.next()) {
                measurements.gauge(rows.getString(1) + "_files", rows.getDouble(2));
                measurements.gauge(rows.getString(1) + "_waiting_segments", rows.getDouble(3));
            }
        }
        catch (SQLException _) {
            // the server is being started: the next minute is asked
        }
    }
}
