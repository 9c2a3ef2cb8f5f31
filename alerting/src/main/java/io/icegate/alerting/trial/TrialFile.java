package io.icegate.alerting.trial;

import io.icegate.alerting.rule.Problem;

import java.util.List;

/**
 * What a file of tests holds, and what is wrong with it or with its rules.
 *
 * @param count tests of the file; one about rules of several groups is run once for each of them
 * @param trials usable only when there are no problems
 */
public record TrialFile(int count, List<Trial> trials, List<Problem> problems)
{
    public TrialFile
    {
        trials = List.copyOf(trials);
        problems = problems.stream().sorted().distinct().toList();
    }
}
