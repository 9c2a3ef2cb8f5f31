package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * One alert with its labels, as a record keeps it.
 *
 * @param rule name of the alert
 * @param labels of its row, without the fixed labels of the rule
 * @param state {@code PENDING}, {@code FIRING} or {@code RESOLVED}
 * @param since tick of the first of the rows that are there without a gap
 * @param lastTrue tick of the last row
 * @param lastRows tick at which its window last held a row at all
 * @param firedAt tick at which it began to fire; present when it fires or is resolved
 * @param resolvedAt tick at which it was resolved; present when it is
 * @param value of the last row
 * @param values of the last row
 * @param allLabels labels with {@code alertname} and the fixed ones of the rule, as they are delivered
 * @param annotations made from the last row
 */
public record AlertInstance(
        String rule,
        Labels labels,
        AlertState state,
        Instant since,
        Instant lastTrue,
        Instant lastRows,
        Optional<Instant> firedAt,
        Optional<Instant> resolvedAt,
        OptionalDouble value,
        SortedMap<String, String> values,
        SortedMap<String, String> allLabels,
        SortedMap<String, String> annotations)
{
    public AlertInstance
    {
        requireNonNull(rule, "rule is null");
        requireNonNull(labels, "labels is null");
        requireNonNull(state, "state is null");
        requireNonNull(since, "since is null");
        requireNonNull(lastTrue, "lastTrue is null");
        requireNonNull(lastRows, "lastRows is null");
        requireNonNull(firedAt, "firedAt is null");
        requireNonNull(resolvedAt, "resolvedAt is null");
        requireNonNull(value, "value is null");
        values = ImmutableSortedMap.copyOf((Map<String, String>) values);
        allLabels = ImmutableSortedMap.copyOf((Map<String, String>) allLabels);
        annotations = ImmutableSortedMap.copyOf((Map<String, String>) annotations);
        if (firedAt.isPresent() != (state == AlertState.FIRING || state == AlertState.RESOLVED) || resolvedAt.isPresent() != (state == AlertState.RESOLVED)) {
            throw new IllegalArgumentException("Invalid alert %s: %s, fired at %s, resolved at %s".formatted(rule, state, firedAt, resolvedAt));
        }
    }

    public String fingerprint()
    {
        return labels.fingerprint(rule);
    }

    AlertInstance resolved(Instant tick)
    {
        return new AlertInstance(rule, labels, AlertState.RESOLVED, since, lastTrue, lastRows, firedAt, Optional.of(tick), value, values, allLabels, annotations);
    }

    AlertInstance withLastRows(Instant tick)
    {
        return new AlertInstance(rule, labels, state, since, lastTrue, tick, firedAt, resolvedAt, value, values, allLabels, annotations);
    }

    boolean isActive()
    {
        return state == AlertState.PENDING || state == AlertState.FIRING;
    }

    AlertInstance withoutValues()
    {
        return new AlertInstance(rule, labels, state, since, lastTrue, lastRows, firedAt, resolvedAt, value, ImmutableSortedMap.of(), allLabels, annotations);
    }

    AlertInstance withoutAnnotations()
    {
        return new AlertInstance(rule, labels, state, since, lastTrue, lastRows, firedAt, resolvedAt, value, values, allLabels, ImmutableSortedMap.of());
    }
}
