package io.icegate.alerting.evaluate;

import io.icegate.alerting.state.EvaluationLog;

import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * What the evaluation of all groups shares.
 *
 * @param evaluator id of this process
 * @param patience how long a tick waits for rows on their way; one that is evaluated later than this tells its transitions as late
 * @param random safe for use by many threads
 */
public record GroupParts(String evaluator, EvaluationLog log, TickQueries queries, RecordSink sink, Duration patience, InstantSource clock, RandomGenerator random)
{
    public GroupParts
    {
        requireNonNull(evaluator, "evaluator is null");
        requireNonNull(log, "log is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(sink, "sink is null");
        requireNonNull(patience, "patience is null");
        requireNonNull(clock, "clock is null");
        requireNonNull(random, "random is null");
    }
}
