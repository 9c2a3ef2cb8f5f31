package io.icegate.standalone;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
        name = "catalog",
        mixinStandardHelpOptions = true,
        description = "The catalog of a warehouse, for every engine.",
        subcommands = {
                CatalogServeCommand.class,
                CatalogShowCommand.class,
                CatalogLogCommand.class,
                CatalogDiffCommand.class,
                CatalogVerifyCommand.class,
                CatalogGcCommand.class,
                CatalogExportCommand.class,
                CatalogImportCommand.class,
        })
final class CatalogCommand
        implements Runnable
{
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run()
    {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing command: icegate catalog serve, show, log, diff, verify, gc, export or import");
    }
}
