package io.icegate.alerting.deliver;

import io.airlift.log.Logger;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Delivers the records of one group to one channel, in order and at least once, behind a cursor that moves only when a record is delivered or given up. The log of
 * records is the outbox: this keeps at most {@value #FRESH_MAX} records that were just stored, and reads all others again when it comes to them.
 *
 * <p>A step makes at most one attempt. Steps are for one thread, the other methods for any.
 */
final class Lane
{
    /**
     * Records that are kept since they were stored; a channel that is further behind reads them from the log.
     */
    static final int FRESH_MAX = 4;
    /**
     * Records that are read at once. None is kept over a pause, so that a channel that hangs holds no memory.
     */
    static final int READ_MAX = 4;
    /**
     * Deliveries given up that no record has told yet; above it none is tried until one has.
     */
    static final int UNDELIVERED_MAX = 64;
    /**
     * Age at which a record is given up after an attempt.
     */
    static final Duration GIVE_UP = Duration.ofHours(24);
    static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    static final Duration PAUSE_MAX = Duration.ofMinutes(5);
    /**
     * Time between two looks at what nobody tells of: whether this evaluator owns the group again.
     */
    static final Duration LOOK = Duration.ofSeconds(1);
    /**
     * With nothing to deliver; a new record ends it.
     */
    static final Duration IDLE = Duration.ofMinutes(1);

    private static final Logger log = Logger.get(Lane.class);

    private final Outlet outlet;
    private final RecordSource source;
    private final BooleanSupplier owned;
    private final Surroundings surroundings;
    private final Backoff backoff;
    // read from the log and not delivered, beginning behind the cursor; for the thread of steps
    private final ArrayDeque<EvaluationRecord> read = new ArrayDeque<>();
    // without a gap behind the cursor; what does not fit in is read from the log
    private final ArrayDeque<Fresh> fresh = new ArrayDeque<>();
    private final List<Undelivered> undelivered = new ArrayList<>();
    private RuleGroup group;
    private Instant cursor;
    private Instant newest;
    private boolean behind;
    private Optional<Instant> waitingSince = Optional.empty();

    /**
     * What all lanes share.
     *
     * @param evaluator who makes the records of this process
     * @param nanoTime monotonic clock
     * @param random safe for use by many threads
     */
    record Surroundings(String evaluator, InstantSource clock, LongSupplier nanoTime, RandomGenerator random, DeliveryMetrics metrics)
    {
        Surroundings
        {
            requireNonNull(evaluator, "evaluator is null");
            requireNonNull(clock, "clock is null");
            requireNonNull(nanoTime, "nanoTime is null");
            requireNonNull(random, "random is null");
            requireNonNull(metrics, "metrics is null");
        }
    }

    private record Fresh(EvaluationRecord record, long storedNanos) {}

    /**
     * @param cursor tick of the last record that the channel got
     * @param newest tick of the last record that there is
     * @param owned whether this evaluator is sure to own the group
     */
    Lane(Outlet outlet, RuleGroup group, Instant cursor, Instant newest, RecordSource source, BooleanSupplier owned, Surroundings surroundings)
    {
        this.outlet = requireNonNull(outlet, "outlet is null");
        this.group = requireNonNull(group, "group is null");
        this.cursor = requireNonNull(cursor, "cursor is null");
        this.newest = requireNonNull(newest, "newest is null");
        this.source = requireNonNull(source, "source is null");
        this.owned = requireNonNull(owned, "owned is null");
        this.surroundings = requireNonNull(surroundings, "surroundings is null");
        this.backoff = new Backoff(PAUSE_MIN, PAUSE_MAX, surroundings.random());
        this.behind = newest.isAfter(cursor);
    }

    String channel()
    {
        return outlet.name();
    }

    /**
     * A record of the group is durable, made by this process or adopted from another.
     */
    synchronized void stored(EvaluationRecord record, RuleGroup newGroup)
    {
        group = newGroup;
        undelivered.removeAll(record.undelivered());
        // whoever wrote the record may have delivered more than this process knows
        Optional.ofNullable(record.delivered().get(outlet.name())).filter(told -> told.isAfter(cursor)).ifPresent(told -> cursor = told);
        if (!record.tick().isAfter(newest)) {
            return;
        }
        newest = record.tick();
        if (behind || fresh.size() == FRESH_MAX) {
            behind = true;
        }
        else {
            fresh.add(new Fresh(record, surroundings.nanoTime().getAsLong()));
        }
    }

    /**
     * Adds cursor and what was given up to those of other lanes, both as of one moment.
     */
    synchronized void report(Map<String, Instant> delivered, List<Undelivered> missed)
    {
        delivered.put(outlet.name(), cursor);
        missed.addAll(undelivered);
    }

    /**
     * Since when the record waits that an attempt failed to deliver.
     */
    synchronized Optional<Instant> waitingSince()
    {
        return waitingSince;
    }

    /**
     * Delivers the next record, if there is one.
     *
     * @return how long to wait before the next step
     */
    Duration step()
    {
        Optional<Fresh> kept = kept();
        Optional<EvaluationRecord> next = kept.map(Fresh::record);
        if (next.isEmpty()) {
            if (!isBehind()) {
                return IDLE;
            }
            try {
                next = nextRead();
            }
            catch (IOException e) {
                return failed("cannot read records", e.toString(), Optional.empty());
            }
            if (next.isEmpty()) {
                return isBehind() ? failed("records are missing", "the log does not show one that was stored", Optional.empty()) : Duration.ZERO;
            }
        }
        return deliver(next.orElseThrow(), kept.flatMap(this::sinceStored));
    }

    private Duration deliver(EvaluationRecord record, Optional<Duration> sinceStored)
    {
        RuleGroup rules = group();
        if (!outlet.wants(record, rules)) {
            passed(record, Optional.empty());
            return Duration.ZERO;
        }
        if (isFullOfMissed() || !owned.getAsBoolean()) {
            read.clear();
            return LOOK;
        }
        return switch (outlet.attempt(record, rules, sinceStored)) {
            case Attempt.Done() -> {
                surroundings.metrics().attempted(outlet.name(), "delivered");
                backoff.succeeded();
                passed(record, Optional.empty());
                yield Duration.ZERO;
            }
            case Attempt.Refused(String error) -> {
                surroundings.metrics().attempted(outlet.name(), error);
                backoff.succeeded();
                givenUp(record, error);
                yield Duration.ZERO;
            }
            case Attempt.Later(String error, String detail, Optional<Duration> pause) -> {
                surroundings.metrics().attempted(outlet.name(), error);
                if (!record.recordedAt().plus(GIVE_UP).isAfter(surroundings.clock().instant())) {
                    surroundings.metrics().attempted(outlet.name(), "gave_up");
                    log.warn("Give up to deliver %s at %s to %s: %s %s", record.group(), record.tick(), outlet.name(), error, detail);
                    givenUp(record, "gave_up");
                    yield Duration.ZERO;
                }
                waiting(record);
                yield failed(error, detail, pause);
            }
        };
    }

    private Duration failed(String error, String detail, Optional<Duration> asked)
    {
        read.clear();
        Duration pause = backoff.failed(asked);
        log.warn("Cannot deliver %s to %s, next time in %s ms: %s %s", group().name(), outlet.name(), pause.toMillis(), error, detail);
        return pause;
    }

    private synchronized RuleGroup group()
    {
        return group;
    }

    private synchronized Instant cursor()
    {
        return cursor;
    }

    private synchronized boolean isFullOfMissed()
    {
        return undelivered.size() >= UNDELIVERED_MAX;
    }

    private synchronized Optional<Fresh> kept()
    {
        while (!fresh.isEmpty() && !fresh.getFirst().record().tick().isAfter(cursor)) {
            fresh.removeFirst();
        }
        return Optional.ofNullable(fresh.peekFirst());
    }

    /**
     * Returns whether the log has records behind the cursor; if not, new ones are kept again.
     */
    private synchronized boolean isBehind()
    {
        if (behind && !newest.isAfter(cursor)) {
            behind = false;
        }
        return behind;
    }

    private Optional<EvaluationRecord> nextRead()
            throws IOException
    {
        Instant passed = cursor();
        read.removeIf(record -> !record.tick().isAfter(passed));
        if (read.isEmpty()) {
            read.addAll(source.after(passed, READ_MAX));
        }
        return Optional.ofNullable(read.peekFirst());
    }

    /**
     * How long ago this process stored a record of its own: by whichever of two clocks says more, as one stands still while the other is set back, and the process
     * may have been paused between storing it and saying so.
     */
    private Optional<Duration> sinceStored(Fresh kept)
    {
        Duration byClock = Duration.between(kept.record().recordedAt(), surroundings.clock().instant());
        if (!kept.record().evaluator().equals(surroundings.evaluator()) || byClock.isNegative()) {
            return Optional.empty();
        }
        Duration byNanos = Duration.ofNanos(surroundings.nanoTime().getAsLong() - kept.storedNanos());
        return Optional.of(byClock.compareTo(byNanos) > 0 ? byClock : byNanos);
    }

    private synchronized void waiting(EvaluationRecord record)
    {
        waitingSince = Optional.of(record.recordedAt());
    }

    private void givenUp(EvaluationRecord record, String error)
    {
        passed(record, outlet.isMissed(record) ? Optional.of(new Undelivered(outlet.name(), record.tick(), error)) : Optional.empty());
    }

    /**
     * Moves the cursor. What is missed is noted in the same moment, so that no record has one without the other.
     */
    private synchronized void passed(EvaluationRecord record, Optional<Undelivered> missed)
    {
        missed.ifPresent(undelivered::add);
        if (record.tick().isAfter(cursor)) {
            cursor = record.tick();
        }
        waitingSince = Optional.empty();
    }
}
