package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableSortedMap;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * One alert: a query whose rows are its instances.
 *
 * @param alert name of the alert, unique in its group
 * @param window how far the rows of an evaluation go back from its tick
 * @param sql a query over {@code logs}, {@code spans}, {@code metrics}, {@code events} and {@code evaluation}
 * @param by columns that become labels; empty means all columns of type varchar
 * @param hold {@code for}: how long a row must be there before the alert fires
 * @param keepFiringFor how long a row may be missing before the alert resolves
 * @param labels fixed labels, which are no part of an alert's identity
 * @param annotations templates of texts for people
 * @param alertOnError whether the first failure of the rule raises {@code IceGateRuleFailing}, instead of the third in a row
 * @param alertEvents whether the rule sees the events of alerts
 */
public record Rule(
        String alert,
        Duration window,
        String sql,
        Optional<List<String>> by,
        Duration hold,
        Duration keepFiringFor,
        NoData noData,
        SortedMap<String, String> labels,
        SortedMap<String, String> annotations,
        RuleTime time,
        boolean alertOnError,
        boolean alertEvents)
{
    public Rule
    {
        requireNonNull(alert, "alert is null");
        requireNonNull(window, "window is null");
        requireNonNull(sql, "sql is null");
        by = by.map(List::copyOf);
        requireNonNull(hold, "hold is null");
        requireNonNull(keepFiringFor, "keepFiringFor is null");
        requireNonNull(noData, "noData is null");
        labels = ImmutableSortedMap.copyOf((Map<String, String>) labels);
        annotations = ImmutableSortedMap.copyOf((Map<String, String>) annotations);
        requireNonNull(time, "time is null");
    }
}
