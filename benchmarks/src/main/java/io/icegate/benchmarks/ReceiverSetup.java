package io.icegate.benchmarks;

import io.icegate.standalone.process.MemoryPlan;
import io.icegate.standalone.process.ReceiverProcess;

import java.util.List;
import java.util.Map;

/**
 * How a measured receiver differs from the one that everybody gets.
 *
 * @param javaOptions heap and collector
 * @param configuration keys of its configuration file
 */
record ReceiverSetup(List<String> javaOptions, Map<String, String> configuration)
{
    ReceiverSetup
    {
        javaOptions = List.copyOf(javaOptions);
        configuration = Map.copyOf(configuration);
    }

    /**
     * The heap and the collector that {@code ./icegate} chooses on this machine, which may be replaced.
     */
    static ReceiverSetup of(List<String> javaOptions, Map<String, String> configuration)
    {
        return new ReceiverSetup(javaOptions.isEmpty() ? ReceiverProcess.options(MemoryPlan.ofMachine().receiver()) : javaOptions, configuration);
    }
}
