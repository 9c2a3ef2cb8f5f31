package io.icegate.receiver;

import io.icegate.server.ServerMain;

/**
 * Runs a receiver until the process is told to stop.
 */
public final class ReceiverMain
{
    public static final int EXIT_START_FAILED = ServerMain.EXIT_START_FAILED;
    public static final int EXIT_WRONG_CONFIGURATION = ServerMain.EXIT_WRONG_CONFIGURATION;

    private static final ServerMain MAIN = new ServerMain(
            """
            Usage: ReceiverMain --config FILE
            FILE holds the settings as key=value lines, see docs/operations/receiver.md""",
            ReceiverServer::bootstrap,
            ReceiverServer::start);

    private ReceiverMain() {}

    public static void main(String[] args)
    {
        MAIN.run(args);
    }
}
