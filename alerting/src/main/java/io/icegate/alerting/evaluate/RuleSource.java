package io.icegate.alerting.evaluate;

import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;

import java.io.IOException;
import java.util.Set;
import java.util.SortedMap;

/**
 * Where rules come from.
 */
public interface RuleSource
{
    /**
     * The newest rules of all groups, deleted ones too. One listing, and a request for each group that changed.
     *
     * @throws IOException when the store does not answer
     */
    SortedMap<GroupName, GroupRules> newest()
            throws IOException;

    /**
     * The groups whose newest rules this program could not read at the last call of {@link #newest}. It leaves them alone.
     */
    default Set<GroupName> unreadable()
    {
        return Set.of();
    }

    /**
     * The first version of a group.
     *
     * @throws IOException when the store does not answer
     */
    GroupRules first(GroupName group)
            throws IOException;

    /**
     * Rules of a version; without rules when it deletes the group.
     *
     * @throws java.io.UncheckedIOException when the store does not answer
     */
    RuleGroup version(GroupName group, long version);
}
