package io.icegate.standalone;

import picocli.CommandLine;

/**
 * How commands fail: with one line and exit code 1. Wrong arguments are exit code 2, as picocli has it.
 */
public final class CommandLines
{
    private static final int FAILED = 1;

    private CommandLines() {}

    public static int execute(CommandLine commandLine, String[] arguments)
    {
        return commandLine
                .setExecutionExceptionHandler((exception, failed, _) -> {
                    failed.getErr().println("icegate: " + message(exception));
                    failed.getErr().flush();
                    return FAILED;
                })
                .execute(arguments);
    }

    private static String message(Exception exception)
    {
        // what is not ours is an error of the program: its type and place help whoever reports it
        return exception instanceof CommandException ? String.valueOf(exception.getMessage()) : "%s at %s".formatted(exception, exception.getStackTrace()[0]);
    }
}
