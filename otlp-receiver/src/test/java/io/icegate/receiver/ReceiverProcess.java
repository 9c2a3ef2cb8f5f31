package io.icegate.receiver;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * A receiver in a process of its own, which can be killed. It has the class path of the tests unless it is told otherwise.
 */
final class ReceiverProcess
        implements AutoCloseable
{
    private static final Pattern READY = Pattern.compile("IceGate receiver is ready: grpc=(\\d+) http=(\\d+)");

    private static final Pattern OPENED = Pattern.compile("table=(\\S+) uuid=\\S+ writer=([0-9a-f-]{36})");
    private static final Pattern SEALED = Pattern.compile("seal table=\\S+ writer=([0-9a-f-]{36})");
    private static final Pattern LIVE = Pattern.compile("Pause Full .*->(\\d+)M");
    private static final Pattern RESIDENT = Pattern.compile("^VmHWM:\\s+(\\d+) kB");

    private static final int PATIENCE_SECONDS = 180;

    private final Process process;
    private final ConcurrentLinkedQueue<String> output = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Matcher> ready = new CompletableFuture<>();
    private final Thread reader;
    private int grpcPort;
    private int httpPort;

    private ReceiverProcess(Process process)
    {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    static ReceiverProcess launch(Path folder, Map<String, String> config)
            throws IOException
    {
        return launch(folder, config, System.getProperty("java.class.path"), "-Xmx256m");
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
        Path file = Files.createTempFile(folder, "receiver", ".properties");
        Files.writeString(file, config.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining("\n")));
        List<String> command = new ArrayList<>(List.of(tool("java")));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                classPath,
                ReceiverMain.class.getName(),
                "--config",
                file.toString()));
        return new ReceiverProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private static String tool(String name)
    {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
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
        return launch(folder, config, System.getProperty("java.class.path"), options).awaitReady();
    }

    private void read()
    {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                output.add(line);
                Matcher matcher = READY.matcher(line);
                if (matcher.find()) {
                    ready.complete(matcher);
                }
            }
        }
        catch (IOException e) {
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        }
        finally {
            ready.completeExceptionally(new IllegalStateException("It ended"));
        }
    }

    ReceiverProcess awaitReady()
            throws InterruptedException
    {
        if (grpcPort > 0) {
            return this;
        }
        try {
            Matcher matcher = ready.get(PATIENCE_SECONDS, SECONDS);
            grpcPort = Integer.parseInt(matcher.group(1));
            httpPort = Integer.parseInt(matcher.group(2));
            return this;
        }
        catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("The receiver did not start:\n" + output(), e);
        }
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
        return String.join("\n", output);
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
        new ProcessBuilder(tool("jcmd"), Long.toString(process.pid()), "GC.run").redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        return output.stream()
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
        process.destroyForcibly();
        process.waitFor();
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
        signal("STOP");
        try {
            action.run();
        }
        finally {
            signal("CONT");
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
        output.forEach(line -> {
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
        return output.stream().map(SEALED::matcher).filter(Matcher::find).map(matcher -> matcher.group(1)).collect(Collectors.toSet());
    }

    private void signal(String name)
            throws IOException, InterruptedException
    {
        int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException("Cannot send %s to the receiver: exit code %s".formatted(name, exit));
        }
    }

    /**
     * Sends SIGTERM and waits.
     *
     * @return the exit code
     */
    int terminate()
            throws InterruptedException
    {
        process.destroy();
        return awaitExit();
    }

    int awaitExit()
            throws InterruptedException
    {
        if (!process.waitFor(PATIENCE_SECONDS, SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("The receiver did not stop:\n" + output());
        }
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close()
    {
        process.destroyForcibly();
    }
}
