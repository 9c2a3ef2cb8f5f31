package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.demo.Demo;
import io.icegate.standalone.process.Installation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
                "Shows the whole path in under a minute, and leaves nothing behind.",
                "Receiver and Trino run on a temporary folder and free ports; records come from the OpenTelemetry SDK; SQL sees them before and after",
                "a commit; freshness is measured.",
        })
final class DemoCommand
        implements Callable<Integer>
{
    private static final int RECORDS_MAX = 100_000;
    /**
     * As after SIGINT; the exit code of the signal that came wins.
     */
    private static final int STOPPED = 130;

    @Option(names = "--records", paramLabel = "N", description = "Log records to send, at most 100000 (default: ${DEFAULT-VALUE}).", defaultValue = "20000")
    private int records = 20_000;

    @Option(names = "--probes", paramLabel = "N", description = "Freshness probes (default: ${DEFAULT-VALUE}).", defaultValue = "220")
    private int probes = 220;

    @Option(names = "--keep", description = "Keeps the temporary folder.")
    private boolean keep;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call()
            throws IOException, InterruptedException
    {
        if (records < 1 || records > RECORDS_MAX || probes < 1) {
            throw new ParameterException(spec.commandLine(), "--records must be 1 to %s, --probes at least 1".formatted(RECORDS_MAX));
        }
        Installation installation = Installation.current();
        TemporaryFolder folder = TemporaryFolder.create("icegate-demo-");
        Demo demo = new Demo(installation, folder.path(), records, probes, System.out);
        Thread stopAtExit = Thread.ofPlatform().unstarted(() -> stop(demo, folder));
        Runtime.getRuntime().addShutdownHook(stopAtExit);
        String result;
        try {
            result = demo.run();
        }
        catch (SQLException | CommandException e) {
            if (!removed(stopAtExit)) {
                // Ctrl-C: whatever failed in the meantime failed because of it
                stopAtExit.join();
                return STOPPED;
            }
            throw e instanceof CommandException failure ? failure : new CommandException("The demo went wrong: %s (logs: %s)".formatted(e.getMessage(), folder.path().resolve("log")), e);
        }
        if (!removed(stopAtExit)) {
            stopAtExit.join();
            return STOPPED;
        }
        // the logs of a demo that failed stay
        if (!keep) {
            folder.close();
        }
        System.out.println(result);
        return 0;
    }

    private void stop(Demo demo, TemporaryFolder folder)
    {
        demo.stop();
        if (keep) {
            return;
        }
        try {
            folder.close();
        }
        catch (IOException e) {
            System.err.println("icegate: Cannot delete %s: %s".formatted(folder.path(), e));
        }
    }

    /**
     * Whether the hook will not run any more; it runs when this process is being stopped.
     */
    private static boolean removed(Thread hook)
    {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        }
        catch (IllegalStateException _) {
            return false;
        }
    }
}
