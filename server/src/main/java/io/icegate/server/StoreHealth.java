package io.icegate.server;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import static java.util.Objects.requireNonNull;

/**
 * Remembers whether the store answers. A server asks it many times a minute anyway, so a page about the store needs no request of its own.
 */
public final class StoreHealth
        implements MeteredObjectStore.Requests
{
    private final InstantSource clock;
    private final LongAdder requests = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicLong failuresInARow = new AtomicLong();
    private volatile @Nullable Instant lastAnswer;
    private volatile @Nullable Instant lastFailure;

    /**
     * What the last request showed.
     */
    public enum State
    {
        /**
         * Nothing was asked yet.
         */
        UNKNOWN,
        ANSWERS,
        FAILS,
    }

    /**
     * @param failures requests without an answer, or with one that leaves the outcome open
     */
    public record Report(State state, long requests, long failures, long failuresInARow, Optional<Instant> lastAnswer, Optional<Instant> lastFailure)
    {
        public Report
        {
            requireNonNull(state, "state is null");
            requireNonNull(lastAnswer, "lastAnswer is null");
            requireNonNull(lastFailure, "lastFailure is null");
        }
    }

    public StoreHealth(InstantSource clock)
    {
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public void count(String operation, String outcome)
    {
        requests.increment();
        if (outcome.equals("error") || outcome.equals("unknown")) {
            failures.increment();
            failuresInARow.incrementAndGet();
            lastFailure = clock.instant();
        }
        else {
            failuresInARow.set(0);
            lastAnswer = clock.instant();
        }
    }

    public Report report()
    {
        long inARow = failuresInARow.get();
        Optional<Instant> answer = Optional.ofNullable(lastAnswer);
        State state = inARow > 0 ? State.FAILS : answer.isPresent() ? State.ANSWERS : State.UNKNOWN;
        return new Report(state, requests.sum(), failures.sum(), inARow, answer, Optional.ofNullable(lastFailure));
    }
}
