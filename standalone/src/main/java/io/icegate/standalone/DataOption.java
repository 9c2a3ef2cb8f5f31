package io.icegate.standalone;

import picocli.CommandLine.Option;

import java.nio.file.Path;

/**
 * The option that every command on a started IceGate takes.
 */
final class DataOption
{
    @Option(names = "--data", paramLabel = "DIR", description = "Folder of a started IceGate (default: ${DEFAULT-VALUE}).", defaultValue = "icegate-data")
    private Path data = Path.of("icegate-data");

    Path path()
    {
        return data.toAbsolutePath().normalize();
    }

    /**
     * What the other commands have to be given to find this folder.
     */
    String argument()
    {
        return data.equals(Path.of("icegate-data")) ? "" : " --data " + data;
    }
}
