package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * One running program. Closing it asks the program to stop, as SIGTERM would, and kills it when it does not end in time.
 * Output goes to a log file; the one of the run before stays beside it, its name ending in {@code .1}.
 */
public final class ChildProcess
        implements Closeable
{
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    private static final int KILL_AFTER_SECONDS = Supervised.STOP_SECONDS_MAX + 5;
    private static final int KILL_SECONDS_MAX = 60;
    private static final int LOG_LINES_SHOWN = 3;
    /**
     * Exit codes above it tell the signal that ended the program.
     */
    private static final int SIGNALLED = 128;
    private static final int KILLED = SIGNALLED + 9;
    /**
     * Exit code of the JVM under {@code -XX:+ExitOnOutOfMemoryError}.
     */
    private static final int OUT_OF_MEMORY = 3;
    private static final int LAST_LINES = 20;
    /**
     * Bytes at the end of a log that are looked at. A program that ran for months may have written any number.
     */
    private static final int LOG_BYTES_READ_MAX = 1 << 20;
    /**
     * What the JVM, and {@link Supervised}, write before the exception that ends a program.
     */
    static final String MAIN_EXCEPTION = "Exception in thread \"main\" ";
    /**
     * Of -1000 to 1000; 0 is the default.
     */
    private static final String MEMORY_KILLER_SCORE = "500";
    private static final int LINE_LENGTH_MAX = 400;
    private static final Pattern STACK_FRAME = Pattern.compile("(^|\t)(at [\\w.$/@<>-]+\\(.*\\)|\\.\\.\\. \\d+ more)$");

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
     * Tells a Linux that runs out of memory to end this program before others. Elsewhere nothing happens.
     */
    void offerToMemoryKiller()
    {
        try {
            Files.writeString(Path.of("/proc", Long.toString(process.pid()), "oom_score_adj"), MEMORY_KILLER_SCORE);
        }
        catch (IOException _) {
            // a system without such a file, or one that does not let us: its own choice may still be the same
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
            throw new CommandException("Cannot start %s: it ended with exit code %s; %s".formatted(name, exitCode(), lastWords()));
        }
    }

    /**
     * Completes when the program ends, for any reason.
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
     * Describes how the program ended, with the last problem in its log and the place of the log.
     */
    public String obituary()
    {
        if (process.exitValue() == KILLED) {
            // it had no time to say why
            return "%s ended: exit code %s (log: %s)".formatted(name, exitCode(), log);
        }
        // a program that ran for long may have complained about other things before
        return "%s ended: exit code %s; %s".formatted(name, exitCode(), words(LAST_LINES, 1));
    }

    /**
     * Tells whether the ended program chose to end, so that it was neither killed nor short of memory.
     */
    boolean endedByOwnDecision()
    {
        return process.exitValue() != OUT_OF_MEMORY && process.exitValue() < SIGNALLED;
    }

    private String exitCode()
    {
        return switch (process.exitValue()) {
            case KILLED -> KILLED + " (killed; a system that is short of memory does that, too)";
            case OUT_OF_MEMORY -> OUT_OF_MEMORY + " (out of memory)";
            default -> Integer.toString(process.exitValue());
        };
    }

    private String lastWords()
    {
        return words(Integer.MAX_VALUE, LOG_LINES_SHOWN);
    }

    private String words(int linesMax, int shownMax)
    {
        return "%s (log: %s)".formatted(problem(linesMax, shownMax), log);
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

    private String problem(int linesMax, int shownMax)
    {
        try {
            List<String> all = lastLines();
            // a program may say a lot while it stops, but such an exception is why it does
            int end = lastMainException(all);
            List<String> lines = all.subList(end >= 0 ? end : Math.max(0, all.size() - linesMax), all.size()).stream()
                    .filter(line -> !isInformation(line))
                    .map(line -> line.length() > LINE_LENGTH_MAX ? line.substring(0, LINE_LENGTH_MAX) + " ..." : line)
                    .toList();
            if (!lines.isEmpty() && lines.getLast().startsWith("Cannot ")) {
                // written for people: the rest explains nothing
                return "it says: " + lines.getLast();
            }
            List<String> problems = lines.stream()
                    .filter(ChildProcess::saysProblem)
                    .limit(shownMax)
                    .toList();
            if (problems.isEmpty()) {
                problems = lines.subList(Math.max(0, lines.size() - shownMax), lines.size());
            }
            return problems.isEmpty() ? "it complained of nothing" : "it says: " + String.join(" | ", problems);
        }
        catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    /**
     * The lines at the end of the log, without those of stack traces that name methods: these are many, and explain nothing here.
     */
    private List<String> lastLines()
            throws IOException
    {
        byte[] end;
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(Math.max(0, Files.size(log) - LOG_BYTES_READ_MAX));
            end = in.readNBytes(LOG_BYTES_READ_MAX);
        }
        // what was killed may have written half a character
        return new String(end, UTF_8).lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !STACK_FRAME.matcher(line).find())
                .toList();
    }

    private static int lastMainException(List<String> lines)
    {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).contains(MAIN_EXCEPTION)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * What comes by way of {@code System.err} is logged as information, and may still be a problem.
     */
    private static boolean isInformation(String line)
    {
        return line.contains("\tINFO\t") && !line.contains("\tstderr\t");
    }

    private static boolean saysProblem(String line)
    {
        return line.contains("ERROR") || line.contains("OutOfMemoryError") || line.contains("Exception in thread ") || line.startsWith("Caused by:") || line.matches("\\d+\\) .*");
    }
}
