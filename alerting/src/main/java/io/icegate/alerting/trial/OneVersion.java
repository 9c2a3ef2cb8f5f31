package io.icegate.alerting.trial;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.evaluate.GroupRules;
import io.icegate.alerting.evaluate.RuleSource;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;

import java.util.SortedMap;

import static java.util.Objects.requireNonNull;

/**
 * Rules of a test, which never change.
 */
record OneVersion(GroupRules rules)
        implements RuleSource
{
    OneVersion
    {
        requireNonNull(rules, "rules is null");
    }

    @Override
    public SortedMap<GroupName, GroupRules> newest()
    {
        return ImmutableSortedMap.of(rules.group().name(), rules);
    }

    @Override
    public GroupRules first(GroupName group)
    {
        return rules;
    }

    @Override
    public RuleGroup version(GroupName group, long version)
    {
        return rules.group();
    }
}
