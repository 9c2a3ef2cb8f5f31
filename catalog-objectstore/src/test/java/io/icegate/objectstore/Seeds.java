package io.icegate.objectstore;

import java.security.SecureRandom;

/**
 * Seeds of randomized tests. Every test prints its seed; {@code -Dicegate.seed=…} replays it.
 */
public final class Seeds
{
    private Seeds() {}

    /**
     * The seed to use, printed with the name of the test.
     */
    public static long next(String test)
    {
        String given = System.getProperty("icegate.seed");
        long seed = given == null ? new SecureRandom().nextInt(1_000_000_000) : Long.parseLong(given);
        System.out.println("seed of " + test + ": -Dicegate.seed=" + seed);
        return seed;
    }
}
