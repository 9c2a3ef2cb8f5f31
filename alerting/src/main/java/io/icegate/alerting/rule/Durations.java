package io.icegate.alerting.rule;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as Prometheus writes them: {@code 30s}, {@code 5m}, {@code 1h30m}, {@code 7d}. A unit may come once, large ones first.
 */
public final class Durations
{
    // nine digits of any unit fit into a Duration
    private static final Pattern FORMAT = Pattern.compile(
            "(?:(\\d{1,9})y)?(?:(\\d{1,9})w)?(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");
    private static final Duration[] UNITS = {
            Duration.ofDays(365), Duration.ofDays(7), Duration.ofDays(1), Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMillis(1),
    };

    private Durations() {}

    /**
     * The duration of a text; empty when it is none.
     */
    public static Optional<Duration> parse(String text)
    {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        Matcher matcher = FORMAT.matcher(text);
        if (text.isEmpty() || !matcher.matches()) {
            return Optional.empty();
        }
        Duration sum = Duration.ZERO;
        for (int unit = 0; unit < UNITS.length; unit++) {
            String count = matcher.group(unit + 1);
            if (count != null) {
                sum = sum.plus(UNITS[unit].multipliedBy(Long.parseLong(count)));
            }
        }
        return Optional.of(sum);
    }

    /**
     * The text of a duration, which {@link #parse} reads back exactly.
     *
     * @param duration at least 0, whole milliseconds
     */
    public static String text(Duration duration)
    {
        if (duration.isNegative() || duration.toNanosPart() % 1_000_000 != 0) {
            throw new IllegalArgumentException("Cannot write duration %s: it must be at least 0 and whole milliseconds".formatted(duration));
        }
        StringBuilder text = new StringBuilder();
        append(text, duration.toDaysPart(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long count, String unit)
    {
        if (count > 0) {
            text.append(count).append(unit);
        }
    }
}
