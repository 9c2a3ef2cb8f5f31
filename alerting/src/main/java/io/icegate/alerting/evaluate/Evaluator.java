package io.icegate.alerting.evaluate;

import io.airlift.log.Logger;
import io.icegate.alerting.evaluate.GroupEvaluator.Evaluated;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationLogException;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.Refold;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * Evaluates the groups that this process owns. Any number of evaluators may run on one bucket: who owns what saves work, and the record of each tick decides.
 *
 * <p>One thread looks each {@link #LOOK} what is due. Each tick runs in a thread of its own, one for each group at a time, so a group that hangs makes no other late.
 */
public final class Evaluator
        implements AutoCloseable
{
    private static final Logger log = Logger.get(Evaluator.class);
    private static final Duration LOOK = Duration.ofMillis(200);
    /**
     * How often rules and other evaluators are looked for.
     */
    private static final Duration LISTING_INTERVAL = Duration.ofSeconds(5);
    /**
     * How often the watermark is asked for while a tick waits for it.
     */
    private static final Duration WATERMARK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration RETRY_MIN = Duration.ofSeconds(1);
    private static final Duration RETRY_MAX = Duration.ofSeconds(30);
    /**
     * How often it is looked whether a group can be evaluated again that has records of a newer format.
     */
    private static final Duration PROBE_INTERVAL = Duration.ofMinutes(1);
    private static final Duration COLLECTION_INTERVAL = Duration.ofHours(1);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

    private final Parts parts;
    private final ExecutorService ticks = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<GroupName, Owned> groups = new ConcurrentHashMap<>();
    // groups with records of a newer format, and when they were last looked at
    private final Map<GroupName, Long> newer = new ConcurrentHashMap<>();
    // deliveries of a group begin and end under this lock, or one could begin after its end
    private final Object delivering = new Object();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile Optional<String> trouble = Optional.of("it has not looked for rules yet");

    // of the thread only
    private SortedMap<GroupName, GroupRules> rules = new TreeMap<>();
    private SortedMap<String, Instant> watermarks = new TreeMap<>();
    private boolean watermarkTrouble;
    private long listed = System.nanoTime() - LISTING_INTERVAL.toNanos();
    private long asked = System.nanoTime() - WATERMARK_INTERVAL.toNanos();

    /**
     * What an evaluator is made of.
     */
    public record Parts(
            RuleSource rules,
            EvaluatorMembership membership,
            Fold fold,
            WatermarkReader watermark,
            EvaluatorEvents events,
            GroupParts groups)
    {
        public Parts
        {
            requireNonNull(rules, "rules is null");
            requireNonNull(membership, "membership is null");
            requireNonNull(fold, "fold is null");
            requireNonNull(watermark, "watermark is null");
            requireNonNull(events, "events is null");
            requireNonNull(groups, "groups is null");
        }
    }

    /**
     * A group that this process owns.
     */
    private static final class Owned
    {
        private volatile GroupRules rules;
        private volatile Optional<GroupEvaluator> evaluator = Optional.empty();
        private volatile boolean running;
        private volatile long notBefore = System.nanoTime();
        private volatile Duration retry = RETRY_MIN;
        private volatile Optional<EvaluationRecord> newest = Optional.empty();
        private volatile Instant collected = Instant.EPOCH;
        // when the tick that runs could be evaluated
        private volatile long ready = System.nanoTime();

        private Owned(GroupRules rules)
        {
            this.rules = requireNonNull(rules, "rules is null");
        }
    }

    public Evaluator(Parts parts)
    {
        this.parts = requireNonNull(parts, "parts is null");
        thread = Thread.ofPlatform().name("alerting").daemon().unstarted(this::run);
    }

    public void start()
    {
        thread.start();
    }

    /**
     * The alerts of the groups that this process owns, those that were resolved lately too.
     */
    public List<AlertInstance> alerts()
    {
        return groups.values().stream().flatMap(group -> group.newest.stream()).flatMap(record -> record.state().alerts().stream()).toList();
    }

    /**
     * The newest record of each group that this process owns.
     */
    public Collection<EvaluationRecord> newest()
    {
        return groups.values().stream().flatMap(group -> group.newest.stream()).toList();
    }

    /**
     * Why it evaluates nothing; empty when it does.
     */
    public Optional<String> trouble()
    {
        return trouble;
    }

    private void run()
    {
        while (!stopped) {
            try {
                look();
                Thread.sleep(LOOK);
            }
            catch (InterruptedException _) {
                return;
            }
            catch (RuntimeException e) {
                // whatever it is, alerts go on
                log.error(e, "Cannot look for ticks");
                trouble = Optional.of("it cannot look for ticks: " + e);
            }
        }
    }

    private void look()
            throws InterruptedException
    {
        if (System.nanoTime() - listed >= LISTING_INTERVAL.toNanos()) {
            listed = System.nanoTime();
            try {
                Set<GroupName> leftAlone = new HashSet<>(parts.rules().unreadable());
                leftAlone.addAll(newer.keySet());
                parts.membership().leaveAlone(leftAlone);
                parts.membership().beat();
                rules = parts.rules().newest();
                own();
                probe();
                trouble = Optional.empty();
            }
            catch (IOException e) {
                // groups that are owned go on with the rules that are known
                log.warn("Cannot read rules: %s", e.getMessage());
                trouble = Optional.of("the store does not answer: " + e.getMessage());
            }
        }
        List<Owned> due = due();
        if (due.isEmpty()) {
            return;
        }
        askWatermarks(due);
        for (Owned group : due) {
            Optional<Boolean> complete = complete(group);
            if (complete.isPresent()) {
                group.running = true;
                if (group.retry.equals(RETRY_MIN)) {
                    group.ready = System.nanoTime();
                }
                ticks.submit(() -> tick(group, complete.orElseThrow()));
            }
        }
    }

    private void own()
    {
        rules.forEach((name, newest) -> {
            if (parts.membership().owns(name)) {
                Owned owned = groups.computeIfAbsent(name, _ -> new Owned(newest));
                owned.rules = newest;
            }
        });
        for (GroupName name : List.copyOf(groups.keySet())) {
            if (!rules.containsKey(name) || !parts.membership().owns(name)) {
                synchronized (delivering) {
                    groups.remove(name);
                    parts.groups().sink().disowned(name);
                }
            }
        }
    }

    /**
     * Looks whether records of a newer format are gone: whoever wrote them was taken back, or they were deleted.
     */
    private void probe()
    {
        newer.keySet().retainAll(rules.keySet());
        newer.forEach((name, probed) -> {
            if (System.nanoTime() - probed >= PROBE_INTERVAL.toNanos()) {
                newer.put(name, System.nanoTime());
                ticks.submit(() -> {
                    try {
                        parts.groups().log().newest(name);
                        newer.remove(name);
                    }
                    catch (EvaluationLogException e) {
                        log.debug(e, "Still leaving group %s alone", name);
                    }
                });
            }
        });
    }

    private List<Owned> due()
    {
        Instant now = parts.groups().clock().instant();
        List<Owned> due = new ArrayList<>();
        for (Owned group : groups.values()) {
            if (group.running || System.nanoTime() - group.notBefore < 0) {
                continue;
            }
            // one that is not open yet is opened in a thread of its own
            if (group.evaluator.isEmpty() || (hasWork(group) && !now.isBefore(group.rules.group().cutoff(nextTick(group))))) {
                due.add(group);
            }
        }
        return due;
    }

    /**
     * A deleted group has work until its last alert is forgotten.
     */
    private static boolean hasWork(Owned group)
    {
        return !group.rules.group().rules().isEmpty() || group.newest.map(record -> !record.state().alerts().isEmpty()).orElse(false);
    }

    private static Instant nextTick(Owned group)
    {
        return group.evaluator.orElseThrow().nextTick();
    }

    private void askWatermarks(List<Owned> due)
            throws InterruptedException
    {
        if (System.nanoTime() - asked < WATERMARK_INTERVAL.toNanos()) {
            return;
        }
        Set<String> tables = new HashSet<>();
        for (Owned group : due) {
            if (group.evaluator.isPresent() && !isBelow(group, watermarks)) {
                tables.addAll(parts.groups().queries().tables(group.rules.group()));
            }
        }
        if (tables.isEmpty()) {
            return;
        }
        asked = System.nanoTime();
        SortedMap<String, Instant> found = new TreeMap<>(watermarks);
        found.putAll(read(tables));
        watermarks = found;
        parts.events().watermarks(found);
    }

    private SortedMap<String, Instant> read(Set<String> tables)
            throws InterruptedException
    {
        try {
            SortedMap<String, Instant> found = parts.watermark().read(tables);
            if (watermarkTrouble) {
                watermarkTrouble = false;
                log.info("The watermark of %s can be read again", tables);
            }
            return found;
        }
        catch (QueryException e) {
            if (e.kind() == QueryException.Kind.UNAVAILABLE || tables.size() == 1) {
                if (!watermarkTrouble) {
                    watermarkTrouble = true;
                    log.warn("Cannot read the watermark of %s, going on to try: %s", tables, e.getMessage());
                }
                return new TreeMap<>();
            }
        }
        // one table that is missing or broken stops no group that does not need it
        SortedMap<String, Instant> found = new TreeMap<>();
        for (String table : tables) {
            found.putAll(read(Set.of(table)));
        }
        return found;
    }

    private boolean isBelow(Owned group, Map<String, Instant> known)
    {
        Instant cutoff = group.rules.group().cutoff(nextTick(group));
        return parts.groups().queries().tables(group.rules.group()).stream()
                .allMatch(table -> known.containsKey(table) && !known.get(table).isBefore(cutoff));
    }

    /**
     * Whether the next tick of a group can be evaluated, and whether all its rows are there then; empty when it waits for them.
     */
    private Optional<Boolean> complete(Owned group)
    {
        if (group.evaluator.isEmpty() || isBelow(group, watermarks)) {
            return Optional.of(true);
        }
        Instant patienceEnds = group.rules.group().cutoff(nextTick(group)).plus(parts.groups().patience());
        return parts.groups().clock().instant().isBefore(patienceEnds) ? Optional.empty() : Optional.of(false);
    }

    private void tick(Owned group, boolean complete)
    {
        GroupRules current = group.rules;
        GroupName name = current.group().name();
        try {
            if (group.evaluator.isEmpty()) {
                open(group, current);
                return;
            }
            GroupEvaluator evaluator = group.evaluator.orElseThrow();
            Evaluated evaluated = evaluator.evaluate(current, complete);
            group.newest = Optional.of(evaluated.record());
            group.retry = RETRY_MIN;
            parts.events().recorded(evaluated.record(), evaluated.ours(), Duration.ofNanos(System.nanoTime() - group.ready));
            synchronized (delivering) {
                // a group that was given away meanwhile is another's to deliver
                if (groups.get(name) == group) {
                    parts.groups().sink().stored(evaluated.record(), current.group(), evaluated.ours());
                }
            }
            collect(group, evaluated.record());
        }
        catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        catch (QueryException | IOException | RuntimeException e) {
            log.warn("Cannot evaluate %s, trying again in %s s: %s", name, group.retry.toSeconds(), e.getMessage());
            log.debug(e, "Cannot evaluate %s", name);
            parts.events().failed(name, e);
            if (e instanceof EvaluationLogException unusable && unusable.kind() == EvaluationLogException.Kind.NEWER_FORMAT) {
                newer.put(name, System.nanoTime());
            }
            group.notBefore = System.nanoTime() + group.retry.toNanos();
            group.retry = group.retry.multipliedBy(2).compareTo(RETRY_MAX) < 0 ? group.retry.multipliedBy(2) : RETRY_MAX;
        }
        finally {
            group.running = false;
        }
    }

    private void open(Owned group, GroupRules current)
            throws IOException
    {
        GroupName name = current.group().name();
        GroupEvaluator opened = GroupEvaluator.open(current.group(), parts.groups(), new Refold(parts.fold(), version -> parts.rules().version(name, version)), parts.rules());
        group.newest = opened.newest();
        group.evaluator = Optional.of(opened);
        synchronized (delivering) {
            if (groups.get(name) == group) {
                parts.groups().sink().owned(current.group(), opened.newest());
            }
        }
    }

    private void collect(Owned group, EvaluationRecord newest)
    {
        Instant now = parts.groups().clock().instant();
        if (now.isAfter(group.collected.plus(COLLECTION_INTERVAL))) {
            group.collected = now;
            parts.groups().log().deleteBefore(newest, now.minus(EvaluationLog.KEPT));
        }
    }

    /**
     * Ends after the ticks that run. Others take over at once.
     */
    @Override
    public void close()
    {
        stopped = true;
        thread.interrupt();
        ticks.shutdown();
        try {
            if (!ticks.awaitTermination(STOP_LIMIT.toSeconds(), SECONDS)) {
                ticks.shutdownNow();
            }
        }
        catch (InterruptedException _) {
            ticks.shutdownNow();
            Thread.currentThread().interrupt();
        }
        synchronized (delivering) {
            groups.keySet().forEach(parts.groups().sink()::disowned);
            groups.clear();
        }
        try {
            parts.membership().close();
        }
        catch (IOException e) {
            log.warn("Others take over only after a while: %s", e.getMessage());
        }
    }
}
