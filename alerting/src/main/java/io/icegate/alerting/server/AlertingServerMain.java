package io.icegate.alerting.server;

import io.icegate.server.ServerMain;

/**
 * Runs an evaluator of alerts until the process is told to stop.
 */
public final class AlertingServerMain
{
    private static final ServerMain MAIN = new ServerMain(
            """
            Usage: AlertingServerMain --config FILE
            FILE holds the settings as key=value lines, see docs/operations/alerting.md""",
            AlertingServer::bootstrap,
            AlertingServer::start);

    private AlertingServerMain() {}

    public static void main(String[] args)
    {
        MAIN.run(args);
    }
}
