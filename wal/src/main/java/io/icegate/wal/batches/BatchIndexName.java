package io.icegate.wal.batches;

import java.time.Instant;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Names a batch index: a ULID, so that names sort by the time that they were given, which is all that a collector knows of
 * an object that nothing refers to.
 */
public record BatchIndexName(String text)
        implements Comparable<BatchIndexName>
{
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final Pattern PATTERN = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");
    private static final int TIME_DIGITS = 10;
    private static final int RANDOM_DIGITS = 16;
    private static final int DIGIT_BITS = 5;

    public BatchIndexName
    {
        requireNonNull(text, "text is null");
        if (!PATTERN.matcher(text).matches()) {
            throw new IllegalArgumentException("Cannot use batch index name '%s': it is not a ULID".formatted(text));
        }
    }

    public static BatchIndexName random(Instant now, RandomGenerator random)
    {
        StringBuilder text = new StringBuilder(TIME_DIGITS + RANDOM_DIGITS);
        for (int digit = TIME_DIGITS - 1; digit >= 0; digit--) {
            text.append(DIGITS.charAt((int) (now.toEpochMilli() >>> (digit * DIGIT_BITS)) & 31));
        }
        for (int digit = 0; digit < RANDOM_DIGITS; digit++) {
            text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return new BatchIndexName(text.toString());
    }

    /**
     * When the name was given, by the clock of who gave it.
     */
    public Instant time()
    {
        long millis = 0;
        for (int digit = 0; digit < TIME_DIGITS; digit++) {
            millis = (millis << DIGIT_BITS) | DIGITS.indexOf(text.charAt(digit));
        }
        return Instant.ofEpochMilli(millis);
    }

    @Override
    public int compareTo(BatchIndexName other)
    {
        return text.compareTo(other.text);
    }

    @Override
    public String toString()
    {
        return text;
    }
}
