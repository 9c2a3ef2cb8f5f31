package io.icegate.alerting.rule;

import java.time.Instant;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Rules of a group as they were written once. Versions count from 1 and are never deleted.
 *
 * @param id of this very object, by which a writer knows its own
 * @param written by the writer's clock
 * @param by who wrote it
 * @param source where the rules came from, such as the name of a file
 * @param group of that version; empty when it deletes the group
 */
public record RuleVersion(GroupName name, long version, String id, Instant written, String by, String source, Optional<RuleGroup> group)
{
    public RuleVersion
    {
        requireNonNull(name, "name is null");
        requireNonNull(id, "id is null");
        requireNonNull(written, "written is null");
        requireNonNull(by, "by is null");
        requireNonNull(source, "source is null");
        if (version < 1 || group.isPresent() && !group.orElseThrow().name().equals(name)) {
            throw new IllegalArgumentException("Invalid version %s of %s".formatted(version, name));
        }
    }

    public boolean isDeleted()
    {
        return group.isEmpty();
    }
}
