package io.icegate.objectstore.fault;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import static java.util.Objects.requireNonNull;

/**
 * Decides whether a request has a fault, from the seed, the place and how often that place was seen, and from nothing
 * else: the same requests meet the same faults in every run of a seed, however threads interleave.
 */
public final class FaultDice
{
    private final long seed;
    private final Map<String, AtomicInteger> occurrences = new ConcurrentHashMap<>();

    public FaultDice(long seed)
    {
        this.seed = seed;
    }

    /**
     * What a throw gave.
     *
     * @param occurrence counts the throws at this place, from 0
     */
    public record Throw<F>(int occurrence, Optional<F> fault)
    {
        public Throw
        {
            requireNonNull(fault, "fault is null");
        }
    }

    /**
     * The next throw at a place.
     *
     * @param place such as the kind and the key of a request
     * @param rate share of the throws that give a fault
     * @param faults each equally likely
     */
    public <F> Throw<F> roll(String place, double rate, List<F> faults)
    {
        int occurrence = occurrences.computeIfAbsent(place, _ignored -> new AtomicInteger()).getAndIncrement();
        SplittableRandom random = new SplittableRandom(mix(place, occurrence));
        if (random.nextDouble() >= rate) {
            return new Throw<>(occurrence, Optional.empty());
        }
        return new Throw<>(occurrence, Optional.of(faults.get(random.nextInt(faults.size()))));
    }

    private long mix(String place, int occurrence)
    {
        long hash = seed;
        for (long part : new long[] {place.hashCode(), place.length(), occurrence}) {
            hash = (hash ^ part) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return hash;
    }
}
