package io.icegate.benchmarks;

import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.MemoryPlan;
import io.icegate.standalone.process.Ports;
import io.icegate.standalone.process.Stack;
import io.icegate.standalone.process.StackSettings;
import io.icegate.standalone.process.TrinoProcess;
import io.icegate.standalone.telemetry.OtlpTarget;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * A receiver with its commit loop and a Trino server, on an empty warehouse, as {@code ./icegate start} runs them.
 */
final class MeasuredStack
        implements AutoCloseable
{
    private final int grpcPort;
    private final int httpPort;
    private final int trinoPort;
    private final Stack stack;

    /**
     * Starts both and waits until they answer.
     *
     * @param configuration of the receiver
     * @param environment beside that of this process
     */
    MeasuredStack(Installation installation, Path folder, String warehouse, Map<String, String> configuration, Map<String, String> environment)
            throws InterruptedException
    {
        List<Integer> ports = Ports.free(3);
        grpcPort = ports.get(0);
        httpPort = ports.get(1);
        trinoPort = ports.get(2);
        StackSettings settings = new StackSettings(folder, warehouse, grpcPort, httpPort, trinoPort, configuration, MemoryPlan.ofMachine());
        stack = Stack.start(settings.programs(installation, environment), System.err::println, _ -> {});
        try {
            stack.awaitReady();
        }
        catch (Throwable e) {
            stack.close();
            throw e;
        }
    }

    OtlpTarget target()
    {
        return new OtlpTarget(grpcPort, httpPort);
    }

    ExportClient connect(Protocol protocol, Payload payload)
    {
        return protocol.connect(payload, grpcPort, httpPort);
    }

    Connection sql()
            throws SQLException
    {
        return TrinoProcess.connect("localhost:" + trinoPort);
    }

    @Override
    public void close()
    {
        stack.close();
    }
}
