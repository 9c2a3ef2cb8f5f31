package io.icegate.standalone.process;

import io.icegate.standalone.CommandException;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * One running program. Closing it asks the program to stop, as SIGTERM would, waits for that, and kills it when it does not come.
 * Output goes to a log file; the one of the run before stays beside it, its name ending in {@code .1}.
 */
public final class ChildProcess
        implements Closeable
{
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    private static final int KILL_AFTER_SECONDS = Supervised.STOP_SECONDS_MAX + 5;
    private static final int KILL_SECONDS_MAX = 60;
    private static final int LOG_LINES_SHOWN = 3;
    private static final int KILLED = 128 + 9;
    private static final int LAST_LINES = 20;
    private static final int LINE_LENGTH_MAX = 400;

    private final String name;
    private final Process process;
    private final Path log;

    private ChildProcess(String name, Process process, Path log)
    {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the program, which has to run below {@link Supervised}.
     */
    public static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path directory, Path log)
    {
        requireNonNull(name, "name is null");
        try {
            Files.createDirectories(requireNonNull(log.getParent(), "log has no folder"));
            if (Files.exists(log)) {
                Files.move(log, log.resolveSibling(log.getFileName() + ".1"), REPLACE_EXISTING);
            }
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            // with a terminal's TERM the log would be coloured
            builder.environment().put("NO_COLOR", "1");
            builder.environment().putAll(environment);
            return new ChildProcess(name, builder.start(), log);
        }
        catch (IOException e) {
            throw new CommandException("Cannot start %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * Waits until the program is ready.
     *
     * @throws CommandException when it ends before that, or when the limit passes
     */
    public void awaitReady(BooleanSupplier ready, Duration limit)
            throws InterruptedException
    {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!ready.getAsBoolean()) {
            boolean _ = process.waitFor(POLL_INTERVAL.toMillis(), MILLISECONDS);
            requireStarting();
            if (System.nanoTime() - deadline > 0) {
                throw new CommandException("Cannot start %s: it is not ready after %s s; %s".formatted(name, limit.toSeconds(), lastWords()));
            }
        }
    }

    /**
     * @throws CommandException when the program has ended, which is too early
     */
    public void requireStarting()
    {
        if (!running()) {
            throw new CommandException("Cannot start %s: it ended with exit code %s; %s".formatted(name, process.exitValue(), lastWords()));
        }
    }

    /**
     * Completes when the program ends, for whatever reason.
     */
    public CompletableFuture<ChildProcess> end()
    {
        return process.onExit().thenApply(_ -> this);
    }

    public String name()
    {
        return name;
    }

    public ProcessHandle handle()
    {
        return process.toHandle();
    }

    public Path log()
    {
        return log;
    }

    public boolean running()
    {
        return process.isAlive();
    }

    /**
     * How the program ended, what it wrote last about a problem, and where the rest is.
     */
    public String obituary()
    {
        // a program that ran for long may have complained about other things before
        return "%s ended: exit code %s%s; %s".formatted(name, process.exitValue(), process.exitValue() == KILLED ? " (killed)" : "", words(LAST_LINES));
    }

    private String lastWords()
    {
        return words(Integer.MAX_VALUE);
    }

    private String words(int linesMax)
    {
        return "%s (log: %s)".formatted(problem(linesMax), log);
    }

    /**
     * Asks the program to stop, without waiting for it.
     */
    public void requestStop()
    {
        try {
            process.getOutputStream().close();
        }
        catch (IOException _) {
            process.destroy();
        }
    }

    @Override
    public void close()
    {
        requestStop();
        try {
            if (!process.waitFor(KILL_AFTER_SECONDS, SECONDS)) {
                // also a killed program is there for a moment
                boolean _ = process.destroyForcibly().waitFor(KILL_SECONDS_MAX, SECONDS);
            }
        }
        catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private String problem(int linesMax)
    {
        try {
            // what was killed may have written half a character
            List<String> all = new String(Files.readAllBytes(log), UTF_8).lines().toList();
            List<String> lines = all.subList(Math.max(0, all.size() - linesMax), all.size()).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.contains("\tINFO\t"))
                    .map(line -> line.length() > LINE_LENGTH_MAX ? line.substring(0, LINE_LENGTH_MAX) + " ..." : line)
                    .toList();
            if (!lines.isEmpty() && lines.getLast().startsWith("Cannot ")) {
                // written for people: the rest explains nothing
                return "it says: " + lines.getLast();
            }
            List<String> problems = lines.stream()
                    .filter(ChildProcess::saysProblem)
                    .limit(LOG_LINES_SHOWN)
                    .toList();
            if (problems.isEmpty()) {
                problems = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
            }
            return problems.isEmpty() ? "it complained of nothing" : "it says: " + String.join(" | ", problems);
        }
        catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    private static boolean saysProblem(String line)
    {
        return line.contains("ERROR") || line.startsWith("Exception in") || line.startsWith("Caused by:") || line.matches("\\d+\\) .*");
    }
}
