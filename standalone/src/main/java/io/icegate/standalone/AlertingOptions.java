package io.icegate.standalone;

import io.icegate.standalone.process.AlertingProcess;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The options of a command that runs an evaluator of alerts.
 */
final class AlertingOptions
{
    static final int ALERTING_PORT = 8182;
    private static final String OPTION = "--alerting-port";

    @Option(names = OPTION, paramLabel = "PORT", description = "Port of the API for rules (default: " + ALERTING_PORT + ").")
    private Optional<Integer> port = Optional.empty();

    @Option(names = "--channels", paramLabel = "FILE", description = "YAML file of the Alertmanagers and webhooks that get alerts.")
    private Optional<Path> channels = Optional.empty();

    @Option(names = "--alerting",
            paramLabel = "KEY=VALUE",
            description = "A key of the evaluator's configuration, for example icegate.alerting.patience=1m. Can be repeated.")
    private Map<String, String> configuration = new LinkedHashMap<>();

    PortOptions.Choice choice()
    {
        return new PortOptions.Choice(port.orElse(ALERTING_PORT), AlertingProcess.NAME, OPTION);
    }

    /**
     * Keys of the evaluator's configuration; what {@code --alerting} says wins.
     *
     * @param shared those that all servers of a data folder have in common
     */
    Map<String, String> configuration(Map<String, String> shared)
    {
        Map<String, String> all = new LinkedHashMap<>(CatalogOptions.shared(shared));
        channels.ifPresent(file -> all.put("icegate.alerting.channels-file", file.toAbsolutePath().normalize().toString()));
        all.putAll(configuration);
        return all;
    }
}
