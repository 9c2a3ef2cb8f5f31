package io.icegate.alerting.trial;

import com.google.common.collect.ImmutableMap;
import io.icegate.alerting.rule.Relation;

import java.time.Duration;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * One row of a test. Times count from the start of the test.
 *
 * @param at its event time
 * @param arrives its {@code ingest_time}
 * @param columns the others, as SQL
 */
record TrialRow(Relation relation, Duration at, Duration arrives, Map<String, String> columns)
{
    TrialRow
    {
        requireNonNull(relation, "relation is null");
        requireNonNull(at, "at is null");
        requireNonNull(arrives, "arrives is null");
        columns = ImmutableMap.copyOf(columns);
    }
}
