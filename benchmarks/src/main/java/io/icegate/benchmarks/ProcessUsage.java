package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * What a process and its ended children have used until now, as Linux counts it.
 *
 * @param cpu in user and kernel mode
 * @param residentBytes memory that it holds now
 * @param residentBytesMax the most that it ever held
 */
public record ProcessUsage(Duration cpu, long residentBytes, long residentBytesMax)
{
    /**
     * The unit of times in {@code /proc}, the same on every Linux.
     */
    private static final long TICKS_PER_SECOND = 100;
    /**
     * Place of the user time among the fields after the name of the program. The kernel time and both times of the children follow.
     */
    private static final int USER_TIME = 11;
    private static final int TIMES = 4;
    private static final long BYTES_PER_KILOBYTE = 1_024;

    public ProcessUsage
    {
        requireNonNull(cpu, "cpu is null");
    }

    public static ProcessUsage of(ProcessHandle process)
    {
        Path folder = Path.of("/proc", Long.toString(process.pid()));
        try {
            return parse(Files.readString(folder.resolve("stat"), UTF_8), Files.readString(folder.resolve("status"), UTF_8));
        }
        catch (IOException e) {
            throw new CommandException("Cannot measure process %s: %s does not tell what it uses; the benchmark needs Linux".formatted(process.pid(), folder), e);
        }
    }

    static ProcessUsage parse(String stat, String status)
    {
        // the name may hold anything, also blanks and parentheses
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" "));
        long ticks = fields.subList(USER_TIME, USER_TIME + TIMES).stream().mapToLong(Long::parseLong).sum();
        return new ProcessUsage(Duration.ofMillis(ticks * 1_000 / TICKS_PER_SECOND), kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:"));
    }

    private static long kilobytes(String status, String name)
    {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length(), line.lastIndexOf(' ')).strip()) * BYTES_PER_KILOBYTE)
                .findFirst()
                .orElseThrow(() -> new CommandException("Cannot measure a process: it has ended"));
    }
}
