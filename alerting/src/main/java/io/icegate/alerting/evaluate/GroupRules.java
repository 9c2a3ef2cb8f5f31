package io.icegate.alerting.evaluate;

import io.icegate.alerting.rule.RuleGroup;

import java.time.Instant;

import static java.util.Objects.requireNonNull;

/**
 * Rules of a group as they are now.
 *
 * @param version of them
 * @param written when the version was written; the ticks of a group begin after its first one
 * @param group without rules when it was deleted
 */
public record GroupRules(long version, Instant written, RuleGroup group)
{
    public GroupRules
    {
        requireNonNull(written, "written is null");
        requireNonNull(group, "group is null");
    }
}
