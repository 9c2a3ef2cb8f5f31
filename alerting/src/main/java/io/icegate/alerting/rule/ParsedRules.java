package io.icegate.alerting.rule;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * What files of rules hold, and what is wrong with them.
 *
 * @param groups usable only when there are no problems; else defaults stand for what is wrong, and rules that cannot be understood are missing
 * @param problems in the order of the files' lines
 * @param origins where each rule stands
 */
public record ParsedRules(List<RuleGroup> groups, List<Problem> problems, Map<RuleName, RuleOrigin> origins)
{
    public ParsedRules
    {
        groups = List.copyOf(groups);
        problems = problems.stream().sorted().distinct().toList();
        origins = Map.copyOf(origins);
    }

    /**
     * A rule by its group and the name of its alert.
     */
    public record RuleName(GroupName group, String alert)
    {
        public RuleName
        {
            requireNonNull(group, "group is null");
            requireNonNull(alert, "alert is null");
        }
    }

    public Optional<RuleOrigin> origin(GroupName group, String alert)
    {
        return Optional.ofNullable(origins.get(new RuleName(group, alert)));
    }
}
