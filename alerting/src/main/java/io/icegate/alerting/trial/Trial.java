package io.icegate.alerting.trial;

import io.icegate.alerting.rule.RuleGroup;

import java.time.Duration;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * One test of rules of one group.
 *
 * @param file that it stands in
 * @param name of the test
 * @param line where it begins
 * @param group with those rules only that something is expected of
 * @param start of its first tick
 * @param rows in the order of the file
 * @param expectations in the order of the file
 */
public record Trial(String file, String name, int line, RuleGroup group, Duration start, List<TrialRow> rows, List<Expectation> expectations)
{
    /**
     * Ticks of one test: one takes a fifth of a second and more for each rule.
     */
    static final int TICKS_MAX = 1_000;

    public Trial
    {
        requireNonNull(file, "file is null");
        requireNonNull(name, "name is null");
        requireNonNull(group, "group is null");
        requireNonNull(start, "start is null");
        rows = List.copyOf(rows);
        expectations = List.copyOf(expectations);
    }

    Duration end()
    {
        return expectations.stream().map(Expectation::at).max(Duration::compareTo).orElse(start);
    }
}
