package io.icegate.standalone.process;

import java.nio.file.Path;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * What one receiver and one Trino on this machine are started with.
 *
 * @param data folder for configuration, logs and temporary files
 * @param warehouse root of the warehouse, {@code file:/…} or {@code s3://…}
 * @param receiver further keys of the receiver's configuration
 */
public record StackSettings(Path data, String warehouse, int grpcPort, int httpPort, int trinoPort, Map<String, String> receiver)
{
    public StackSettings
    {
        requireNonNull(data, "data is null");
        requireNonNull(warehouse, "warehouse is null");
        receiver = Map.copyOf(receiver);
    }
}
