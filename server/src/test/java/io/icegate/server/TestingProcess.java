package io.icegate.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * A server in a process of its own, which can be killed. It is told its configuration in a file, as in production, and prints when it is ready.
 */
public final class TestingProcess
        implements AutoCloseable
{
    private static final int PATIENCE_SECONDS = 180;

    private final Process process;
    private final Pattern readyLine;
    private final ConcurrentLinkedQueue<String> output = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Matcher> ready = new CompletableFuture<>();
    private final Thread reader;

    /**
     * What is run.
     *
     * @param main class with the main method
     * @param readyLine what it prints when it is ready
     */
    public record Program(Class<?> main, Pattern readyLine)
    {
        public Program
        {
            requireNonNull(main, "main is null");
            requireNonNull(readyLine, "readyLine is null");
        }
    }

    private TestingProcess(Process process, Pattern readyLine)
    {
        this.process = process;
        this.readyLine = readyLine;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /**
     * Returns before it is ready.
     *
     * @param folder gets its configuration
     * @param options of the virtual machine
     */
    public static TestingProcess launch(Program program, Path folder, Map<String, String> config, String classPath, String... options)
            throws IOException
    {
        Path file = Files.createTempFile(folder, program.main().getSimpleName(), ".properties");
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
                program.main().getName(),
                "--config",
                file.toString()));
        return new TestingProcess(new ProcessBuilder(command).redirectErrorStream(true).start(), program.readyLine());
    }

    /**
     * The class path of the tests.
     */
    public static String testClassPath()
    {
        return System.getProperty("java.class.path");
    }

    /**
     * A program of the JDK that runs the tests.
     */
    public static String tool(String name)
    {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    private void read()
    {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                output.add(line);
                Matcher matcher = readyLine.matcher(line);
                if (matcher.find()) {
                    ready.complete(matcher);
                }
            }
        }
        catch (IOException e) {
            // the pipe of one that was killed may break
            if (process.isAlive()) {
                throw new UncheckedIOException(e);
            }
        }
        finally {
            ready.completeExceptionally(new IllegalStateException("It ended"));
        }
    }

    /**
     * @return what it printed when it was ready
     */
    public Matcher awaitReady()
            throws InterruptedException
    {
        try {
            return ready.get(PATIENCE_SECONDS, SECONDS);
        }
        catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("The server did not start:\n" + output(), e);
        }
    }

    public String output()
    {
        return String.join("\n", output);
    }

    /**
     * What it has printed so far.
     */
    public Stream<String> lines()
    {
        return output.stream();
    }

    public long pid()
    {
        return process.pid();
    }

    public boolean isAlive()
    {
        return process.isAlive();
    }

    /**
     * Sends SIGKILL, and returns when there is no process any more.
     */
    public void kill()
            throws InterruptedException
    {
        process.destroyForcibly();
        process.waitFor();
    }

    /**
     * @param name of the signal, without SIG
     */
    public void signal(String name)
            throws IOException, InterruptedException
    {
        int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException("Cannot send %s to the server: exit code %s".formatted(name, exit));
        }
    }

    /**
     * Sends SIGTERM and waits.
     *
     * @return the exit code
     */
    public int terminate()
            throws InterruptedException
    {
        process.destroy();
        return awaitExit();
    }

    /**
     * Returns the exit code when it and all that it printed are there.
     */
    public int awaitExit()
            throws InterruptedException
    {
        if (!process.waitFor(PATIENCE_SECONDS, SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("The server did not stop:\n" + output());
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
