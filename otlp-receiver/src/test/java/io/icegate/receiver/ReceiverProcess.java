package io.icegate.receiver;

import io.icegate.server.TestingProcess;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A receiver in a process of its own, which can be killed. It has the class path of the tests unless it is told otherwise.
 */
final class ReceiverProcess
        implements AutoCloseable
{
    private static final TestingProcess.Program PROGRAM = new TestingProcess.Program(ReceiverMain.class, Pattern.compile("IceGate receiver is ready: grpc=(\\d+) http=(\\d+)"));

    private static final Pattern OPENED = Pattern.compile("table=(\\S+) uuid=\\S+ writer=([0-9a-f-]{36})");
    private static final Pattern SEALED = Pattern.compile("seal table=\\S+ writer=([0-9a-f-]{36})");
    private static final Pattern LIVE = Pattern.compile("Pause Full .*->(\\d+)M");
    private static final Pattern RESIDENT = Pattern.compile("^VmHWM:\\s+(\\d+) kB");

    private final TestingProcess process;
    private int grpcPort;
    private int httpPort;

    private ReceiverProcess(TestingProcess process)
    {
        this.process = process;
    }

    static ReceiverProcess launch(Path folder, Map<String, String> config)
            throws IOException
    {
        return launch(folder, config, TestingProcess.testClassPath(), "-Xmx256m");
    }

    /**
     * With what a receiver has when it runs, and nothing of the tests.
     */
    static ReceiverProcess launchPackaged(Path folder, Map<String, String> config)
            throws IOException
    {
        return launchPackaged(folder, config, _ -> true);
    }

    /**
     * With some of the entries of the class path that a receiver has when it runs.
     */
    static ReceiverProcess launchPackaged(Path folder, Map<String, String> config, Predicate<String> entries)
            throws IOException
    {
        String libraries = Files.readString(Path.of("target/runtime-classpath.txt")).strip();
        String present = Arrays.stream(libraries.split(Pattern.quote(File.pathSeparator))).filter(entries).collect(Collectors.joining(File.pathSeparator));
        return launch(folder, config, "target/classes" + File.pathSeparator + present, "-Xmx256m");
    }

    private static ReceiverProcess launch(Path folder, Map<String, String> config, String classPath, String... options)
            throws IOException
    {
        return new ReceiverProcess(TestingProcess.launch(PROGRAM, folder, config, classPath, options));
    }

    static ReceiverProcess start(Path folder, Map<String, String> config)
            throws IOException, InterruptedException
    {
        return start(folder, config, "-Xmx256m");
    }

    /**
     * @param options of the virtual machine
     */
    static ReceiverProcess start(Path folder, Map<String, String> config, String... options)
            throws IOException, InterruptedException
    {
        return launch(folder, config, TestingProcess.testClassPath(), options).awaitReady();
    }

    ReceiverProcess awaitReady()
            throws InterruptedException
    {
        Matcher ready = process.awaitReady();
        grpcPort = Integer.parseInt(ready.group(1));
        httpPort = Integer.parseInt(ready.group(2));
        return this;
    }

    int grpcPort()
    {
        return grpcPort;
    }

    int httpPort()
    {
        return httpPort;
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
     * What is left of the heap after a full collection. Needs the option {@code -Xlog:gc}.
     */
    long liveHeapMegabytes()
            throws IOException, InterruptedException
    {
        new ProcessBuilder(TestingProcess.tool("jcmd"), Long.toString(process.pid()), "GC.run").redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        return process.lines()
                .map(LIVE::matcher)
                .filter(Matcher::find)
                .map(matcher -> Long.parseLong(matcher.group(1)))
                .reduce((_, last) -> last)
                .orElseThrow(() -> new AssertionError("No full collection:\n" + output()));
    }

    /**
     * The most that ever was, as Linux knows it; 0 elsewhere.
     */
    long residentMegabytes()
            throws IOException
    {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.map(RESIDENT::matcher).filter(Matcher::find).mapToLong(matcher -> Long.parseLong(matcher.group(1)) / 1_024).findFirst().orElse(0);
        }
    }

    void kill()
            throws InterruptedException
    {
        process.kill();
    }

    /**
     * Stops the process for a while, as a pause of its machine does.
     */
    void stall(Duration duration)
            throws Exception
    {
        stallWhile(() -> LockSupport.parkNanos(duration.toNanos()));
    }

    /**
     * Stops the process until the action has returned.
     */
    void stallWhile(Action action)
            throws Exception
    {
        process.signal("STOP");
        try {
            action.run();
        }
        finally {
            process.signal("CONT");
        }
    }

    /**
     * What happens meanwhile.
     */
    @FunctionalInterface
    interface Action
    {
        void run()
                throws Exception;
    }

    /**
     * Ids of the writers that this process has opened, the last one of each table.
     */
    Set<String> writers()
    {
        Map<String, String> writers = new HashMap<>();
        process.lines().forEach(line -> {
            Matcher matcher = OPENED.matcher(line);
            if (matcher.find()) {
                writers.put(matcher.group(1), matcher.group(2));
            }
        });
        return Set.copyOf(writers.values());
    }

    /**
     * Ids of the writers that this process has ended, because nothing was heard of them.
     */
    Set<String> sealed()
    {
        return process.lines().map(SEALED::matcher).filter(Matcher::find).map(matcher -> matcher.group(1)).collect(Collectors.toSet());
    }

    /**
     * Sends SIGTERM and waits.
     *
     * @return the exit code
     */
    int terminate()
            throws InterruptedException
    {
        return process.terminate();
    }

    int awaitExit()
            throws InterruptedException
    {
        return process.awaitExit();
    }

    @Override
    public void close()
    {
        process.close();
    }
}
