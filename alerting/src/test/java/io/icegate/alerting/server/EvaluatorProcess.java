package io.icegate.alerting.server;

import io.icegate.server.TestingProcess;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * An evaluator in a process of its own, which can be killed. It has the class path of the tests.
 */
record EvaluatorProcess(TestingProcess process)
        implements AutoCloseable
{
    private static final TestingProcess.Program PROGRAM = new TestingProcess.Program(AlertingServerMain.class, Pattern.compile("IceGate alerting is ready: http=(\\d+)"));

    EvaluatorProcess
    {
        requireNonNull(process, "process is null");
    }

    /**
     * Returns before it is ready.
     */
    static EvaluatorProcess launch(Path folder, Map<String, String> config)
            throws IOException
    {
        return new EvaluatorProcess(TestingProcess.launch(PROGRAM, folder, config, TestingProcess.testClassPath(), "-Xmx128m"));
    }

    /**
     * @return port of its pages
     */
    int awaitReady()
            throws InterruptedException
    {
        return Integer.parseInt(process.awaitReady().group(1));
    }

    String output()
    {
        return process.output();
    }

    boolean isAlive()
    {
        return process.isAlive();
    }

    /**
     * Sends SIGKILL, and returns when there is no process any more.
     */
    void kill()
            throws InterruptedException
    {
        process.kill();
    }

    @Override
    public void close()
            throws InterruptedException
    {
        kill();
    }
}
