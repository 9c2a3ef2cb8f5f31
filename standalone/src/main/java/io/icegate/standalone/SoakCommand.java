package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/**
 * Only for the list of commands: the script starts a soak from the module of the benchmarks.
 */
@Command(name = "soak", description = "Runs everything under load with kills, and compares what was acknowledged with what is stored.")
final class SoakCommand
        implements Callable<Integer>
{
    @Override
    public Integer call()
    {
        throw new CommandException("Cannot soak: start it with the script ./icegate");
    }
}
