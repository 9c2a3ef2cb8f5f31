package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * The log of the garbage collections of a JVM, whatever its collector is.
 */
record GcLog(Path file)
{
    private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9.]+)ms$");
    private static final Pattern HEAP = Pattern.compile(" ([0-9]+)M(?:\\([0-9]+%\\))?->([0-9]+)M");
    private static final long BYTES_PER_MEGABYTE = 1 << 20;

    /**
     * @param pausesMillis of all threads of the program
     * @param allocatedBytes to whole megabytes per collection
     */
    record Collections(List<Double> pausesMillis, long allocatedBytes)
    {
        Collections
        {
            pausesMillis = List.copyOf(pausesMillis);
        }

        double totalMillis()
        {
            return pausesMillis.stream().mapToDouble(Double::doubleValue).sum();
        }

        /**
         * The smallest pause that at least the given share of all does not exceed; 0 without a pause.
         */
        double millis(double percent)
        {
            List<Double> sorted = pausesMillis.stream().sorted().toList();
            return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(sorted.size() * percent / 100) - 1);
        }
    }

    GcLog
    {
        requireNonNull(file, "file is null");
    }

    /**
     * Makes a JVM write the log.
     */
    String option()
    {
        return "-Xlog:gc,gc+phases:file=%s:uptime:filecount=0".formatted(file);
    }

    /**
     * Lines until now; the next collection writes beyond them.
     */
    int lines()
    {
        return read().size();
    }

    /**
     * The collections after so many lines.
     */
    Collections after(int lines)
    {
        return parse(read(), lines);
    }

    static Collections parse(List<String> log, int skipped)
    {
        List<Double> pauses = new ArrayList<>();
        long megabytes = 0;
        long left = 0;
        for (int index = 0; index < log.size(); index++) {
            Matcher heap = HEAP.matcher(log.get(index));
            if (heap.find()) {
                megabytes += index < skipped ? 0 : Math.max(0, Long.parseLong(heap.group(1)) - left);
                left = Long.parseLong(heap.group(2));
            }
            Matcher pause = PAUSE.matcher(log.get(index));
            if (index >= skipped && pause.find()) {
                pauses.add(Double.parseDouble(pause.group(1)));
            }
        }
        return new Collections(pauses, megabytes * BYTES_PER_MEGABYTE);
    }

    private List<String> read()
    {
        try {
            return Files.readAllLines(file, UTF_8);
        }
        catch (IOException e) {
            throw new CommandException("Cannot read the log of garbage collections: " + e, e);
        }
    }
}
