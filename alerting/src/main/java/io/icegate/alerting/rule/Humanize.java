package io.icegate.alerting.rule;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Numbers for people, as Prometheus' functions of the same names write them.
 */
enum Humanize
{
    /**
     * With metric prefixes: {@code 1.235M}, {@code 12m}.
     */
    NUMBER("humanize"),
    /**
     * Seconds: {@code 1h 2m 3s}.
     */
    DURATION("humanizeDuration"),
    /**
     * A ratio: {@code 12.5%}.
     */
    PERCENTAGE("humanizePercentage");

    static final List<String> NAMES = Arrays.stream(values()).map(each -> each.function).toList();

    private static final List<String> LARGE = List.of("", "k", "M", "G", "T", "P", "E", "Z", "Y");
    private static final List<String> SMALL = List.of("", "m", "u", "n", "p", "f", "a", "z", "y");
    private static final int STEP = 1000;
    private static final double INTEGERS_MAX = 1e15;
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private final String function;

    Humanize(String function)
    {
        this.function = function;
    }

    static Optional<Humanize> of(String function)
    {
        return Arrays.stream(values()).filter(each -> each.function.equals(function)).findFirst();
    }

    String text(double value)
    {
        if (!Double.isFinite(value)) {
            return plain(value);
        }
        return switch (this) {
            case NUMBER -> prefixed(value, Math.abs(value) >= 1 || value == 0 ? LARGE : SMALL);
            case DURATION -> duration(value);
            case PERCENTAGE -> fourDigits(value * 100) + "%";
        };
    }

    /**
     * The number without a prefix; whole ones without a point.
     */
    static String plain(double value)
    {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return value == Math.rint(value) && Math.abs(value) < INTEGERS_MAX ? Long.toString((long) value) : Double.toString(value);
    }

    private static String prefixed(double value, List<String> prefixes)
    {
        boolean large = prefixes.equals(LARGE);
        double rest = value;
        int prefix = 0;
        while (prefix < prefixes.size() - 1 && (large ? Math.abs(rest) >= STEP : Math.abs(rest) < 1)) {
            rest = large ? rest / STEP : rest * STEP;
            prefix++;
        }
        return fourDigits(rest) + prefixes.get(prefix);
    }

    private static String duration(double value)
    {
        if (value == 0) {
            return "0s";
        }
        if (Math.abs(value) < 1) {
            return prefixed(value, SMALL) + "s";
        }
        String sign = value < 0 ? "-" : "";
        double absolute = Math.abs(value);
        long seconds = (long) absolute;
        if (seconds >= DAY) {
            return "%s%sd %sh %sm %ss".formatted(sign, seconds / DAY, seconds % DAY / HOUR, seconds % HOUR / MINUTE, seconds % MINUTE);
        }
        if (seconds >= HOUR) {
            return "%s%sh %sm %ss".formatted(sign, seconds / HOUR, seconds % HOUR / MINUTE, seconds % MINUTE);
        }
        if (seconds >= MINUTE) {
            return "%s%sm %ss".formatted(sign, seconds / MINUTE, seconds % MINUTE);
        }
        return sign + fourDigits(absolute) + "s";
    }

    private static String fourDigits(double value)
    {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(4));
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
