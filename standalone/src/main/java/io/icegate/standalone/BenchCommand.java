package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/**
 * Only for the list of commands: the script starts benchmarks from their own module.
 */
@Command(name = "bench", description = "Measures ingest, freshness and catalog.")
final class BenchCommand
        implements Callable<Integer>
{
    @Override
    public Integer call()
    {
        throw new CommandException("Cannot run a benchmark: start it with the script ./icegate");
    }
}
