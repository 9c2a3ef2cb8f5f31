package io.icegate.alerting.deliver;

import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.AlertInstance;

import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * The alerts of a group that this evaluator owns, after its newest record.
 */
public record GroupAlerts(RuleGroup group, List<AlertInstance> alerts)
{
    public GroupAlerts
    {
        requireNonNull(group, "group is null");
        alerts = List.copyOf(alerts);
    }
}
