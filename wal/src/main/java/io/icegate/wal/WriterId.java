package io.icegate.wal;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * One start of one receiver process: a UUIDv7, never used again. Ordered by its text; nothing depends on the time in it.
 */
public record WriterId(UUID uuid)
        implements Comparable<WriterId>
{
    public WriterId
    {
        requireNonNull(uuid, "uuid is null");
    }

    /**
     * A new UUIDv7 (RFC 9562).
     */
    public static WriterId random(Instant now, RandomGenerator random)
    {
        long high = (now.toEpochMilli() << 16) | 0x7000L | (random.nextLong() & 0x0FFFL);
        long low = 0x8000_0000_0000_0000L | (random.nextLong() >>> 2);
        return new WriterId(new UUID(high, low));
    }

    public static WriterId parse(String text)
    {
        UUID uuid = UUID.fromString(text);
        if (!uuid.toString().equals(text)) {
            throw new IllegalArgumentException("Cannot read writer id '%s': not the canonical form of a UUID".formatted(text));
        }
        return new WriterId(uuid);
    }

    @Override
    public int compareTo(WriterId other)
    {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString()
    {
        return uuid.toString();
    }
}
