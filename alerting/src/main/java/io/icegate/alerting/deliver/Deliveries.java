package io.icegate.alerting.deliver;

import io.airlift.log.Logger;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.server.reload.FileReloads;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Delivers what records tell, for all groups that this evaluator owns: as events into our own tables, to webhooks and to Alertmanagers. No method waits for a
 * channel: each group has a thread of its own for every channel, and each Alertmanager has one, so one that hangs stops nothing else.
 *
 * <p>The evaluator of a group calls {@link #resume} when it becomes the owner, {@link #progress} for each record that it makes, {@link #stored} for each record that
 * is durable, and {@link #release} when it is no longer the owner. Nothing is delivered from a record that is not durable.
 */
public final class Deliveries
        implements AutoCloseable
{
    private static final Logger log = Logger.get(Deliveries.class);

    private final Channels channels;
    private final Lane.Surroundings surroundings;
    private final List<AlertmanagerRefresh> refreshes;
    private final List<Worker> refreshers;
    private final Map<GroupName, Owned> groups = new ConcurrentHashMap<>();

    /**
     * @param events where events go
     * @param channels where else alerts go
     * @param resend time between two refreshes of an Alertmanager
     * @param externalUrl of our own pages; empty leaves addresses of alerts out
     */
    public record Settings(EventSettings events, List<ChannelSettings> channels, Duration resend, Optional<URI> externalUrl)
    {
        /**
         * @throws IllegalArgumentException that says what to change
         */
        public Settings
        {
            requireNonNull(events, "events is null");
            channels = List.copyOf(channels);
            requireNonNull(externalUrl, "externalUrl is null");
            if (resend.compareTo(Duration.ofSeconds(1)) < 0 || resend.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("Invalid time between two refreshes of Alertmanager %s: must be 1 s to 1 h".formatted(resend));
            }
            if (externalUrl.filter(url -> !url.isAbsolute() || url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null).isPresent()) {
                // Alertmanager refuses whole requests for such a thing
                throw new IllegalArgumentException("Invalid external address '%s': must be like https://icegate.example".formatted(externalUrl.orElseThrow()));
            }
        }
    }

    private record Owned(GroupDeliveries deliveries, List<Worker> workers) {}

    /**
     * @param known looks for events that are stored already
     * @param owned the alerts of all owned groups, after their newest records; asked from threads of this class, so it must not wait
     * @param evaluator who makes the records of this process
     * @param random safe for use by many threads
     */
    public Deliveries(
            Settings settings,
            KnownTransitions known,
            Supplier<List<GroupAlerts>> owned,
            String evaluator,
            FileReloads reloads,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random,
            DeliveryMetrics metrics)
    {
        this(Channels.open(settings, known, reloads, clock), owned, new Lane.Surroundings(evaluator, clock, nanoTime, random, metrics));
    }

    Deliveries(Channels channels, Supplier<List<GroupAlerts>> owned, Lane.Surroundings surroundings)
    {
        this.channels = requireNonNull(channels, "channels is null");
        this.surroundings = requireNonNull(surroundings, "surroundings is null");
        requireNonNull(owned, "owned is null");
        List<AlertmanagerRefresh> made = new ArrayList<>();
        List<Worker> started = new ArrayList<>();
        for (Channels.Instance instance : channels.instances()) {
            AlertmanagerRefresh refresh = new AlertmanagerRefresh(instance.settings(), owned, instance.posts(), surroundings.clock(), surroundings.random(), surroundings.metrics());
            made.add(refresh);
            started.add(new Worker("alertmanager-" + instance.settings().channel(), refresh::step));
        }
        this.refreshes = List.copyOf(made);
        this.refreshers = List.copyOf(started);
    }

    /**
     * Begins to deliver a group: first what the records behind the cursors of its newest one tell.
     *
     * @param newest record of the group; empty when it has none
     * @param records of the group
     * @param stillOwned whether this evaluator is sure, at the moment, to own the group. It is asked before each delivery, which takes 10 s at most, and while it says
     *         no, nothing is delivered.
     */
    public void resume(RuleGroup group, Optional<EvaluationRecord> newest, RecordSource records, BooleanSupplier stillOwned)
    {
        GroupDeliveries deliveries = new GroupDeliveries(channels.outlets(), group, newest, records, stillOwned, surroundings);
        List<Worker> workers = deliveries.lanes().stream()
                .map(lane -> new Worker(group.name() + "-" + lane.channel(), lane::step))
                .toList();
        Owned former = groups.put(group.name(), new Owned(deliveries, workers));
        if (former != null) {
            former.workers().forEach(Worker::stop);
        }
        List<AlertInstance> firing = newest.stream().flatMap(record -> record.state().alerts().stream()).filter(alert -> alert.state() == AlertState.FIRING).toList();
        refreshes.forEach(refresh -> refresh.owe(firing));
        refreshers.forEach(Worker::wake);
    }

    /**
     * Delivers a record that is durable, made by this evaluator or adopted from another. Of a group that was not resumed nothing is delivered.
     */
    public void stored(EvaluationRecord record, RuleGroup group)
    {
        Owned owned = groups.get(record.group());
        if (owned == null) {
            log.warn("A record of %s is not delivered: the group was not resumed", record.group());
            return;
        }
        owned.deliveries().stored(record, group);
        owned.workers().forEach(Worker::wake);
        if (!record.transitions().isEmpty()) {
            refreshes.forEach(refresh -> refresh.stored(record));
            refreshers.forEach(Worker::wake);
        }
    }

    /**
     * Returns how far a group is delivered, for its next record. What a record says is given up is said again until {@link #stored} gets a record that says it.
     *
     * @throws IllegalStateException when the group was not resumed: a record without cursors would be the end of all that waits
     */
    public Progress progress(GroupName group)
    {
        Owned owned = groups.get(group);
        if (owned == null) {
            throw new IllegalStateException("Cannot tell how far %s is delivered: it was not resumed".formatted(group));
        }
        return owned.deliveries().progress();
    }

    /**
     * Ends the deliveries of a group, without waiting for one that is on its way.
     */
    public void release(GroupName group)
    {
        Owned owned = groups.remove(group);
        if (owned != null) {
            owned.workers().forEach(Worker::stop);
        }
    }

    /**
     * Returns for each channel that gets records how long the oldest one waits that an attempt failed to deliver; zero when none does.
     */
    public SortedMap<String, Duration> oldest()
    {
        Instant now = surroundings.clock().instant();
        SortedMap<String, Duration> oldest = new TreeMap<>();
        channels.outlets().forEach(outlet -> oldest.put(outlet.name(), Duration.ZERO));
        for (Owned owned : groups.values()) {
            owned.deliveries().waitingSince().forEach((channel, since) -> oldest.merge(channel, Duration.between(since, now), (one, other) -> one.compareTo(other) > 0 ? one : other));
        }
        return oldest;
    }

    /**
     * Ends all deliveries. Those on their way are cut off; the next owner of their groups makes them again.
     */
    @Override
    public void close()
    {
        List<Worker> workers = new ArrayList<>(refreshers);
        groups.values().forEach(owned -> workers.addAll(owned.workers()));
        groups.clear();
        workers.forEach(Worker::stop);
        channels.close();
        workers.forEach(Worker::close);
    }
}
