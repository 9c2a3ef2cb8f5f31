package io.icegate.standalone;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
        name = "alert",
        mixinStandardHelpOptions = true,
        description = "Rules of alerts: files with SQL, which an evaluator runs on what has arrived.",
        subcommands = {
                AlertCheckCommand.class,
                AlertTestCommand.class,
                AlertApplyCommand.class,
                AlertListCommand.class,
                AlertExplainCommand.class,
                AlertReplayCommand.class,
                AlertServeCommand.class,
        })
final class AlertCommand
        implements Runnable
{
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run()
    {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing command: icegate alert check, test, apply, list, explain, replay or serve");
    }
}
