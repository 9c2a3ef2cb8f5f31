package io.icegate.standalone.process;

import java.nio.file.Path;
import java.util.Map;

/**
 * An evaluator of alerts, started by its main class and a configuration file as in production.
 */
public final class AlertingProcess
{
    public static final String NAME = "alerting";

    /**
     * The heap holds the records of the last minutes of each group, and the results of the queries that run.
     */
    private static final ServerProcess SERVER = new ServerProcess(
            NAME,
            new ServerProcess.Module("alerting", "io.icegate.alerting.server.AlertingServerMain", "alerting"),
            "IceGate alerting is ready",
            new HeapSize(256));

    private AlertingProcess() {}

    /**
     * The configuration of an evaluator on this machine.
     *
     * @param trino address, {@code http://host:port}
     * @param further keys that are added, or win
     */
    public static Map<String, String> configuration(String warehouse, int port, String trino, Map<String, String> further)
    {
        return ServerProcess.configuration(
                warehouse,
                Map.of(
                        "icegate.alerting.http-port", Integer.toString(port),
                        "icegate.alerting.trino.url", trino,
                        "icegate.alerting.trino.schema", StackSettings.NAMESPACE,
                        "icegate.tenant.default", "default"),
                further);
    }

    /**
     * @param data the folder for its configuration and log
     */
    public static Program program(Installation installation, Path data, int port, Map<String, String> configuration)
    {
        return SERVER.program(installation, data, port, configuration);
    }
}
