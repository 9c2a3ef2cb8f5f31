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
        subcommands = {DemoCommand.class, StartCommand.class, ReceiverCommand.class, TrinoCommand.class, SqlCommand.class, StatusCommand.class, DoctorCommand.class, MaintainCommand.class, CatalogCommand.class, AlertCommand.class, BenchCommand.class, SoakCommand.class, CommandLine.HelpCommand.class})
public final class Main
{
    private Main() {}

    static void main(String[] arguments)
    {
        System.exit(CommandLines.execute(new CommandLine(new Main()), arguments));
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
