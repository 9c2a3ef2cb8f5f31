package io.icegate.alerting.server;

import io.icegate.alerting.evaluate.GroupRules;
import io.icegate.alerting.evaluate.RuleSource;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.server.PrometheusAnswers.Group;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * Groups with their newest records, whoever owns them. Those of this process come from memory; of others the log is asked, at most once each {@link #KEPT}.
 * Rules are listed at most once each {@link #LISTED}, however many ask.
 */
final class AlertViews
{
    static final Duration KEPT = Duration.ofSeconds(5);
    /**
     * So short that who has changed a rule finds it here when he looks.
     */
    static final Duration LISTED = Duration.ofSeconds(1);

    private final RuleSource rules;
    private final EvaluationLog log;
    private final Function<GroupName, Optional<EvaluationRecord>> own;
    private final LongSupplier nanoTime;
    private final Map<GroupName, Read> read = new ConcurrentHashMap<>();

    // guarded by this
    private Optional<Listing> listing = Optional.empty();

    private record Read(Optional<EvaluationRecord> newest, long at) {}

    private record Listing(Map<GroupName, GroupRules> rules, long at) {}

    /**
     * @param own newest record of a group that this process owns
     */
    AlertViews(RuleSource rules, EvaluationLog log, Function<GroupName, Optional<EvaluationRecord>> own, LongSupplier nanoTime)
    {
        this.rules = requireNonNull(rules, "rules is null");
        this.log = requireNonNull(log, "log is null");
        this.own = requireNonNull(own, "own is null");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    }

    /**
     * The groups of a tenant that have rules.
     */
    List<Group> groups(String tenant)
            throws IOException
    {
        Map<GroupName, GroupRules> newest = newest();
        read.keySet().retainAll(newest.keySet());
        List<Group> groups = new ArrayList<>();
        for (GroupRules each : newest.values()) {
            if (each.group().name().tenant().equals(tenant) && !each.group().rules().isEmpty()) {
                groups.add(new Group(each, record(each.group().name())));
            }
        }
        return groups;
    }

    /**
     * One listing for all that ask meanwhile. A failed one is nobody's answer.
     */
    private synchronized Map<GroupName, GroupRules> newest()
            throws IOException
    {
        if (listing.isEmpty() || nanoTime.getAsLong() - listing.orElseThrow().at() > LISTED.toNanos()) {
            // its age is counted from when it was begun
            long at = nanoTime.getAsLong();
            listing = Optional.of(new Listing(rules.newest(), at));
        }
        return listing.orElseThrow().rules();
    }

    private Optional<EvaluationRecord> record(GroupName name)
            throws IOException
    {
        Optional<EvaluationRecord> mine = own.apply(name);
        if (mine.isPresent()) {
            return mine;
        }
        Read known = read.get(name);
        if (known == null || nanoTime.getAsLong() - known.at() > KEPT.toNanos()) {
            known = new Read(log.newest(name), nanoTime.getAsLong());
            read.put(name, known);
        }
        return known.newest();
    }
}
