package io.icegate.wal;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * 128 random bits, new for every encoding of a segment, as 32 hex digits. Tells our own object from another's on the same key.
 */
public record SegmentId(String hex)
{
    private static final Pattern PATTERN = Pattern.compile("[0-9a-f]{32}");

    public SegmentId
    {
        requireNonNull(hex, "hex is null");
        if (!PATTERN.matcher(hex).matches()) {
            throw new IllegalArgumentException("Cannot use segment id '%s': it must be 32 lower-case hex digits".formatted(hex));
        }
    }

    public static SegmentId random(RandomGenerator random)
    {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return new SegmentId(HexFormat.of().formatHex(bytes));
    }

    @Override
    public String toString()
    {
        return hex;
    }
}
