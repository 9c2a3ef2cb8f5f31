package io.icegate.alerting.rule;

import io.icegate.alerting.rule.ParsedRules.RuleName;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

import static java.util.Objects.requireNonNull;

/**
 * Makes the bucket hold the rules of files. Each group is a change of its own, and one that is the same already is none, so a second run changes nothing.
 */
public final class RuleApply
{
    private final RuleStore store;

    public RuleApply(RuleStore store)
    {
        this.store = requireNonNull(store, "store is null");
    }

    public enum Kind
    {
        CREATED,
        CHANGED,
        DELETED,
        UNCHANGED,
    }

    /**
     * A group and what is to be done with it.
     *
     * @param expected version that is replaced; 0 for none
     * @param source file of the group
     */
    public record Change(GroupName name, Kind kind, long expected, Optional<RuleGroup> group, String source)
    {
        public Change
        {
            requireNonNull(name, "name is null");
            requireNonNull(kind, "kind is null");
            requireNonNull(group, "group is null");
            requireNonNull(source, "source is null");
        }
    }

    /**
     * Finds out what has to change.
     *
     * @param prunes whether groups of files that are not there any more are deleted; groups that were written over HTTP stay
     * @throws IOException when the bucket cannot be read, or a group there cannot
     */
    public List<Change> plan(ParsedRules files, boolean prunes)
            throws IOException
    {
        RuleStore.Newest newest = store.newest();
        SortedMap<GroupName, RuleGroup> wanted = new TreeMap<>();
        files.groups().forEach(group -> wanted.put(group.name(), group));
        List<Change> changes = new ArrayList<>();
        for (GroupName name : new TreeSet<>(union(wanted, newest.versions()))) {
            if (newest.failures().containsKey(name)) {
                throw new IOException(newest.failures().get(name));
            }
            Optional<RuleVersion> there = Optional.ofNullable(newest.versions().get(name));
            Optional<RuleGroup> group = Optional.ofNullable(wanted.get(name));
            String source = group.map(each -> source(files, each)).or(() -> there.map(RuleVersion::source)).orElse("");
            kind(there, group, prunes).ifPresent(kind -> changes.add(new Change(name, kind, there.map(RuleVersion::version).orElse(0L), group, source)));
        }
        return changes;
    }

    private static TreeSet<GroupName> union(Map<GroupName, RuleGroup> wanted, Map<GroupName, RuleVersion> there)
    {
        TreeSet<GroupName> names = new TreeSet<>(wanted.keySet());
        names.addAll(there.keySet());
        return names;
    }

    private static Optional<Kind> kind(Optional<RuleVersion> there, Optional<RuleGroup> group, boolean prunes)
    {
        boolean exists = there.filter(version -> !version.isDeleted()).isPresent();
        if (group.isPresent()) {
            if (!exists) {
                return Optional.of(Kind.CREATED);
            }
            return Optional.of(there.orElseThrow().group().equals(group) ? Kind.UNCHANGED : Kind.CHANGED);
        }
        return exists && prunes && isOfFile(there.orElseThrow()) ? Optional.of(Kind.DELETED) : Optional.empty();
    }

    private static boolean isOfFile(RuleVersion version)
    {
        return !version.source().equals(RuleStore.API_SOURCE) && !version.source().equals(BuiltInRules.SOURCE);
    }

    private static String source(ParsedRules files, RuleGroup group)
    {
        return group.rules().stream()
                .flatMap(rule -> Optional.ofNullable(files.origins().get(new RuleName(group.name(), rule.alert()))).stream())
                .map(RuleOrigin::file)
                .findFirst()
                .orElse("a file");
    }

    /**
     * Makes one change.
     *
     * @return the version after it
     * @throws IOException when it was not made, or it is not known whether it was
     */
    public long apply(Change change, Instant now, String by)
            throws IOException
    {
        if (change.kind() == Kind.UNCHANGED) {
            return change.expected();
        }
        return switch (store.write(change.name(), change.expected(), change.group(), now, by, change.source(), store.id())) {
            case RuleStore.Written written -> written.version().version();
            case RuleStore.Moved moved -> throw new IOException("Cannot change %s: somebody else wrote version %s meanwhile; run it again".formatted(change.name(), moved.newest()));
            case RuleStore.Unknown unknown -> throw new IOException("Cannot tell whether %s was changed: %s; run it again, which changes nothing twice".formatted(change.name(), unknown.failure().getMessage()), unknown.failure());
        };
    }
}
