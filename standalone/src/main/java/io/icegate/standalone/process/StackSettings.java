package io.icegate.standalone.process;

import io.icegate.warehouse.Warehouses;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Settings of a stack of one receiver and one Trino on this machine.
 *
 * @param data folder for configuration, logs and temporary files
 * @param warehouse root of the warehouse, {@code file:/…} or {@code s3://…}
 * @param receiver further keys of the receiver's configuration
 */
public record StackSettings(Path data, String warehouse, int grpcPort, int httpPort, int trinoPort, Map<String, String> receiver, MemoryPlan memory)
{
    /**
     * The namespace of the signal tables.
     */
    public static final String NAMESPACE = "otel";

    public StackSettings
    {
        requireNonNull(data, "data is null");
        requireNonNull(warehouse, "warehouse is null");
        receiver = Map.copyOf(receiver);
        requireNonNull(memory, "memory is null");
    }

    /**
     * The receiver and Trino.
     */
    public List<Program> programs(Installation installation)
    {
        return programs(installation, Map.of());
    }

    /**
     * Where requests cost something, the receiver keeps copies of its segments for the upkeep beside it.
     */
    Map<String, String> receiverConfiguration()
    {
        Map<String, String> configuration = ReceiverProcess.configuration(warehouse, grpcPort, httpPort, receiver);
        if (Warehouses.isPriced(warehouse)) {
            configuration.putIfAbsent("icegate.wal.copies-folder", ReceiverProcess.copies(data).toString());
        }
        return configuration;
    }

    /**
     * The receiver and Trino.
     *
     * @param further variables beside those of this process
     */
    public List<Program> programs(Installation installation, Map<String, String> further)
    {
        Map<String, String> configuration = receiverConfiguration();
        return List.of(
                ReceiverProcess.program(installation, data, httpPort, configuration, further, memory.receiver()),
                TrinoProcess.program(installation, data, trinoPort, warehouse, further, memory.trino()));
    }
}
