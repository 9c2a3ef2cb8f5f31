package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import picocli.CommandLine;

/**
 * How commands fail: with one line and exit code 1, or 2 when the arguments are wrong.
 */
public final class CommandLines
{
    private static final int FAILED = 1;

    private CommandLines() {}

    public static int execute(CommandLine commandLine, String[] arguments)
    {
        return commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, failed, _) -> {
                    failed.getErr().println("icegate: " + message(exception));
                    failed.getErr().flush();
                    return FAILED;
                })
                .setParameterExceptionHandler((exception, _) -> {
                    CommandLine failed = exception.getCommandLine();
                    failed.getErr().println("icegate: %s ('%s --help' explains)".formatted(exception.getMessage(), failed.getCommandSpec().qualifiedName()));
                    failed.getErr().flush();
                    return failed.getCommandSpec().exitCodeOnInvalidInput();
                })
                .execute(arguments);
    }

    private static String message(Exception exception)
    {
        // what is not ours is an error of the program: its type and place help whoever reports it
        return exception instanceof CommandException ? String.valueOf(exception.getMessage()) : "%s at %s".formatted(exception, exception.getStackTrace()[0]);
    }
}
