package io.icegate.receiver.commit;

import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * UUIDs of version 7: milliseconds since the epoch, then random bits.
 */
final class UuidV7
{
    private static final long VERSION = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private UuidV7() {}

    static UUID next(InstantSource clock, RandomGenerator random)
    {
        long high = (clock.millis() << 16) | VERSION | (random.nextLong() & 0xFFFL);
        long low = VARIANT | (random.nextLong() >>> 2);
        return new UUID(high, low);
    }
}
