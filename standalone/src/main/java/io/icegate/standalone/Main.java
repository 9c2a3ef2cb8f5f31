package io.icegate.standalone;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line {@code icegate}.
 */
@Command(
        name = "icegate",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Telemetry in over OTLP, SQL out of Trino, Apache Iceberg tables on an object store in between.",
        commandListHeading = "%nCommands:%n",
        footer = "%n'icegate <command> --help' explains a command.",
        subcommands = {DemoCommand.class, StartCommand.class, SqlCommand.class, StatusCommand.class, CommandLine.HelpCommand.class})
public final class Main
{
    private static final int FAILED = 1;

    private Main() {}

    static void main(String[] arguments)
    {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine()
    {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler((exception, commandLine, _) -> {
                    commandLine.getErr().println("icegate: " + message(exception));
                    commandLine.getErr().flush();
                    return FAILED;
                });
    }

    private static String message(Exception exception)
    {
        // what is not ours is an error of the program: its type and place help whoever reports it
        return exception instanceof CommandException ? String.valueOf(exception.getMessage()) : "%s at %s".formatted(exception, exception.getStackTrace()[0]);
    }

    static final class Version
            implements CommandLine.IVersionProvider
    {
        @Override
        public String[] getVersion()
        {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"icegate " + (version == null ? "unknown" : version)};
        }
    }
}
