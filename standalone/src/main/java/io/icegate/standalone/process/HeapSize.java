package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The heap of a Java program.
 */
public record HeapSize(long megabytes)
{
    /**
     * Smallest heap with which a program of this stack starts.
     */
    public static final HeapSize MIN = new HeapSize(128);

    private static final long MEGABYTES_PER_GIGABYTE = 1_024;
    private static final int MEGABYTES_MAX = 1 << 20;
    private static final Pattern TEXT = Pattern.compile("(\\d{1,7}) ?([MG])I?B?");
    /**
     * Largest heap for which we choose the serial collector. It costs least, and its pauses are still short.
     */
    private static final long SERIAL_MEGABYTES_MAX = 2_048;

    public HeapSize
    {
        if (megabytes < 1 || megabytes > MEGABYTES_MAX) {
            throw new IllegalArgumentException("Cannot use a heap of %s MB: it must be 1 to %s".formatted(megabytes, MEGABYTES_MAX));
        }
    }

    /**
     * Reads {@code 512MB}, {@code 4GB}, and the JVM's {@code 512m} and {@code 4g}.
     *
     * @param option where the text comes from, for the message
     */
    public static HeapSize parse(String option, String text)
    {
        Matcher matcher = TEXT.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new CommandException("Cannot use %s %s: write it as 512MB or 4GB".formatted(option, text));
        }
        long megabytes = Long.parseLong(matcher.group(1)) * (matcher.group(2).equals("G") ? MEGABYTES_PER_GIGABYTE : 1);
        if (megabytes < MIN.megabytes() || megabytes > MEGABYTES_MAX) {
            throw new CommandException("Cannot use %s %s: it must be %s to %s GB".formatted(option, text, MIN, MEGABYTES_MAX / MEGABYTES_PER_GIGABYTE));
        }
        return new HeapSize(megabytes);
    }

    /**
     * A share of the memory, within bounds.
     */
    static HeapSize share(long bytes, int divisor, HeapSize min, HeapSize max)
    {
        return new HeapSize(Math.clamp((bytes >> 20) / divisor, min.megabytes(), max.megabytes()));
    }

    /**
     * The options of the JVM.
     */
    public List<String> options()
    {
        return List.of("-Xmx" + megabytes + "M", megabytes <= SERIAL_MEGABYTES_MAX ? "-XX:+UseSerialGC" : "-XX:+UseG1GC");
    }

    @Override
    public String toString()
    {
        return megabytes % MEGABYTES_PER_GIGABYTE == 0 ? megabytes / MEGABYTES_PER_GIGABYTE + " GB" : megabytes + " MB";
    }
}
