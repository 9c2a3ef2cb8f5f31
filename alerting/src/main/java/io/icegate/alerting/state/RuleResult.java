package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;

import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What one rule answered at one tick.
 *
 * @param rule name of the alert
 * @param rows no two with the same labels; empty when it failed
 * @param silent labels of active alerts whose window held no row at all; asked only for rules that keep alerts then
 * @param error why it failed; empty when it did not
 * @param millis that its queries took
 * @param queryId of the last query, for people who look into it
 */
public record RuleResult(String rule, List<ResultRow> rows, List<Labels> silent, Optional<String> error, long millis, Optional<String> queryId)
{
    public RuleResult
    {
        requireNonNull(rule, "rule is null");
        rows = List.copyOf(rows);
        silent = List.copyOf(silent);
        requireNonNull(error, "error is null");
        requireNonNull(queryId, "queryId is null");
        if (error.isPresent() && !rows.isEmpty()) {
            throw new IllegalArgumentException("Invalid result of %s: rows of a rule that failed".formatted(rule));
        }
    }

    public static RuleResult failed(String rule, String error, long millis)
    {
        return new RuleResult(rule, List.of(), List.of(), Optional.of(error), millis, Optional.empty());
    }

    RuleResult withoutValues()
    {
        List<ResultRow> without = rows.stream().map(row -> new ResultRow(row.labels(), row.value(), ImmutableSortedMap.of())).toList();
        return new RuleResult(rule, without, silent, error, millis, queryId);
    }
}
