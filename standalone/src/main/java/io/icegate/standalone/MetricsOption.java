package io.icegate.standalone;

import io.icegate.server.OperatorPages;
import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where maintenance tells how it fares.
 */
final class MetricsOption
{
    private static final int METRICS_PORT = 9464;

    @Option(names = "--metrics-port",
            paramLabel = "PORT",
            description = "Port of maintenance for /metrics (Prometheus), /health and /ready (default: " + METRICS_PORT + ", or none when that is taken).")
    private Optional<Integer> port = Optional.empty();

    Optional<PortOptions.Choice> choice()
    {
        return port.map(chosen -> new PortOptions.Choice(chosen, "metrics of maintenance", "--metrics-port"));
    }

    OptionalInt port()
    {
        return port.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    /**
     * Serves pages. Several processes may maintain on one machine, so a default port that is taken is no failure.
     *
     * @return empty when the default port is taken
     * @throws CommandException when the port that was chosen is taken
     */
    Optional<PageServer> serve(OperatorPages pages)
    {
        try {
            return Optional.of(PageServer.start(port.orElse(METRICS_PORT), pages));
        }
        catch (IOException e) {
            if (port.isPresent()) {
                throw new CommandException("Cannot listen on port %s for metrics of maintenance: %s; choose another one with --metrics-port".formatted(port.orElseThrow(), e.getMessage()), e);
            }
            System.out.println("Port %s is taken, so metrics are not served. Choose another one with --metrics-port.".formatted(METRICS_PORT));
            return Optional.empty();
        }
    }
}
