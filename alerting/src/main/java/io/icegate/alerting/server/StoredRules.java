package io.icegate.alerting.server;

import io.airlift.log.Logger;
import io.icegate.alerting.evaluate.GroupRules;
import io.icegate.alerting.evaluate.RuleSource;
import io.icegate.alerting.rule.BuiltInRules;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.rule.RuleStore;
import io.icegate.alerting.rule.RuleVersion;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import static java.util.Objects.requireNonNull;

/**
 * Rules as the bucket has them. Safe for use by many threads.
 */
public final class StoredRules
        implements RuleSource
{
    /**
     * Earlier versions that are kept in memory: those within the lateness of groups that changed.
     */
    static final int VERSIONS_MAX = 1_000;

    private static final Logger log = Logger.get(StoredRules.class);

    private record Key(GroupName name, long version) {}

    private final RuleStore store;
    private final boolean builtIn;
    private final InstantSource clock;
    // guarded by this
    private final Map<Key, RuleGroup> versions = new LinkedHashMap<>(16, 0.75f, true)
    {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, RuleGroup> eldest)
        {
            return size() > VERSIONS_MAX;
        }
    };
    // guarded by this
    private Set<GroupName> told = Set.of();

    /**
     * Reads rules, and writes none.
     */
    public StoredRules(RuleStore store)
    {
        this(store, false, InstantSource.system());
    }

    /**
     * @param builtIn whether the rules that watch the pipeline itself are wanted
     */
    StoredRules(RuleStore store, boolean builtIn, InstantSource clock)
    {
        this.store = requireNonNull(store, "store is null");
        this.builtIn = builtIn;
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public SortedMap<GroupName, GroupRules> newest()
            throws IOException
    {
        RuleStore.Newest newest = withBuiltIn(store.newest());
        tell(newest.failures());
        SortedMap<GroupName, GroupRules> rules = new TreeMap<>();
        for (RuleVersion version : newest.versions().values()) {
            rules.put(version.name(), new GroupRules(version.version(), version.written(), group(version)));
        }
        return rules;
    }

    /**
     * Writes the built-in rules where there are others. Of several evaluators that do so one succeeds; the next listing has them.
     */
    private RuleStore.Newest withBuiltIn(RuleStore.Newest newest)
            throws IOException
    {
        Optional<RuleVersion> there = Optional.ofNullable(newest.versions().get(BuiltInRules.NAME));
        boolean isUsed = newest.versions().values().stream().anyMatch(version -> !version.isDeleted() && !version.source().equals(BuiltInRules.SOURCE));
        if (!builtIn || !isUsed || newest.failures().containsKey(BuiltInRules.NAME) || !BuiltInRules.isMissing(there)) {
            return newest;
        }
        RuleStore.Outcome outcome = store.write(
                BuiltInRules.NAME, there.map(RuleVersion::version).orElse(0L), Optional.of(BuiltInRules.GROUP), clock.instant(), "icegate", BuiltInRules.SOURCE, store.id());
        return outcome instanceof RuleStore.Written ? store.newest() : newest;
    }

    private synchronized void tell(SortedMap<GroupName, String> failures)
    {
        failures.forEach((name, failure) -> {
            if (!told.contains(name)) {
                log.warn("Leaving group %s alone: %s", name, failure);
            }
        });
        told = Set.copyOf(failures.keySet());
    }

    @Override
    public synchronized Set<GroupName> unreadable()
    {
        return told;
    }

    @Override
    public GroupRules first(GroupName name)
            throws IOException
    {
        RuleVersion first = store.version(name, 1).orElseThrow(() -> new IOException("Version 1 of %s is gone".formatted(name)));
        return new GroupRules(1, first.written(), group(first));
    }

    @Override
    public RuleGroup version(GroupName name, long version)
    {
        Key key = new Key(name, version);
        synchronized (this) {
            RuleGroup known = versions.get(key);
            if (known != null) {
                return known;
            }
        }
        try {
            RuleGroup group = group(store.version(name, version).orElseThrow(() -> new IOException("Version %s of %s is gone".formatted(version, name))));
            synchronized (this) {
                versions.put(key, group);
            }
            return group;
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A deleted group goes on without rules, at the ticks of the version before, until its alerts are resolved.
     */
    private RuleGroup group(RuleVersion version)
            throws IOException
    {
        if (version.group().isPresent()) {
            return version.group().orElseThrow();
        }
        if (version.version() == 1) {
            throw new IOException("Version 1 of %s deletes it".formatted(version.name()));
        }
        return version(version.name(), version.version() - 1).withRules(List.of());
    }
}
