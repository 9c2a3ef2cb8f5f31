package io.icegate.alerting.deliver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.Lists;
import io.airlift.log.Logger;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Transition;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import static java.util.Objects.requireNonNull;

/**
 * Keeps one Alertmanager informed, over its API v2: posts all alerts that fire or were resolved lately, again and again. What it holds is made from the state of
 * the groups each time, so nothing is queued, and an Alertmanager that comes back empty knows all after one refresh.
 *
 * <p>Alertmanager notifies nobody of an alert that it first sees resolved. So an alert that began to fire in a record of this process, or was firing when this
 * process took its group over, is owed to it: if it is resolved before it was posted once, it is posted as firing, and as resolved one {@code resend} later.
 *
 * <p>Each step is for one thread; {@link #stored} and {@link #owe} are for any.
 */
final class AlertmanagerRefresh
{
    /**
     * Alerts of one request.
     */
    static final int REQUEST_ALERTS_MAX = 256;
    /**
     * Alerts that are owed at most; above it the oldest are forgotten, and then their firing is not notified if they are resolved already.
     */
    static final int OWED_MAX = 100_000;
    /**
     * Least time between two refreshes, however many records ask for one.
     */
    static final Duration GAP_MIN = Duration.ofSeconds(1);

    private static final Logger log = Logger.get(AlertmanagerRefresh.class);
    // after that an alert that is owed is in no state any more: resolved alerts are kept for 15 min
    private static final Duration OWED_TIME = Duration.ofHours(1);
    // that long an alert that was refused is not posted again, unless it has changed; for ever would make an error of a proxy our own
    private static final Duration REJECTED_TIME = Duration.ofMinutes(10);
    // an alert without a refresh ends after this many of them, as Prometheus does it
    private static final int REFRESHES_UNTIL_END = 4;

    private final Settings settings;
    private final Supplier<List<GroupAlerts>> owned;
    private final Posts posts;
    private final InstantSource clock;
    private final DeliveryMetrics metrics;
    private final Backoff backoff;
    private final Map<Firing, Owed> owed = new LinkedHashMap<>();
    private Map<ObjectNode, Instant> rejected = new HashMap<>();
    private Instant earliest = Instant.MIN;

    /**
     * @param channel name of the channel
     * @param instance base address of one Alertmanager
     * @param externalUrl of our own pages
     * @param headers beside those of the request, such as a key; asked for each request
     */
    record Settings(String channel, URI instance, Duration resend, Optional<URI> externalUrl, Supplier<Map<String, String>> headers)
    {
        Settings
        {
            requireNonNull(channel, "channel is null");
            requireNonNull(instance, "instance is null");
            requireNonNull(resend, "resend is null");
            requireNonNull(externalUrl, "externalUrl is null");
            requireNonNull(headers, "headers is null");
        }

        URI alerts()
        {
            return URI.create(instance.toString().replaceAll("/+$", "") + "/api/v2/alerts");
        }
    }

    private record Firing(String fingerprint, Instant firedAt) {}

    /**
     * @param told when it became known
     * @param posted when it was posted as firing although it is resolved
     */
    private record Owed(Instant told, Optional<Instant> posted) {}

    private record Posted(Firing firing, boolean isLate, ObjectNode json, Instant endsAt)
    {
        ObjectNode withEnd()
        {
            return json.deepCopy().put("endsAt", endsAt.toString());
        }
    }

    AlertmanagerRefresh(Settings settings, Supplier<List<GroupAlerts>> owned, Posts posts, InstantSource clock, RandomGenerator random, DeliveryMetrics metrics)
    {
        this.settings = requireNonNull(settings, "settings is null");
        this.owned = requireNonNull(owned, "owned is null");
        this.posts = requireNonNull(posts, "posts is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.backoff = new Backoff(GAP_MIN, settings.resend(), random);
    }

    /**
     * A record of this process is stored.
     */
    void stored(EvaluationRecord record)
    {
        owe(record.transitions().stream()
                .filter(transition -> transition.kind() == Transition.Kind.CHANGED && transition.to() == AlertState.FIRING)
                .map(Transition::alert)
                .toList());
    }

    /**
     * These alerts fire, and this Alertmanager may not know it.
     */
    synchronized void owe(List<AlertInstance> alerts)
    {
        Instant now = clock.instant();
        for (AlertInstance alert : alerts) {
            owed.putIfAbsent(new Firing(alert.fingerprint(), alert.firedAt().orElseThrow()), new Owed(now, Optional.empty()));
        }
        while (owed.size() > OWED_MAX) {
            owed.remove(owed.keySet().iterator().next());
        }
    }

    /**
     * Posts all alerts once, if it is time.
     *
     * @return how long to wait before the next time
     */
    Duration step()
    {
        Instant now = clock.instant();
        if (now.isBefore(earliest)) {
            return Duration.between(now, earliest);
        }
        List<Posted> alerts = current(now);
        Map<ObjectNode, Instant> stillRejected = new HashMap<>();
        alerts.forEach(alert -> {
            Instant until = rejected.get(alert.json());
            if (until != null && now.isBefore(until)) {
                stillRejected.put(alert.json(), until);
            }
        });
        rejected = stillRejected;
        for (List<Posted> request : Lists.partition(alerts.stream().filter(alert -> !rejected.containsKey(alert.json())).toList(), REQUEST_ALERTS_MAX)) {
            Optional<Attempt.Later> failure = post(request, now);
            if (failure.isPresent()) {
                Duration pause = backoff.failed(failure.orElseThrow().pause());
                log.warn("Cannot post alerts to %s, next time in %s s: %s %s", settings.instance(), pause.toSeconds(), failure.orElseThrow().error(), failure.orElseThrow().detail());
                earliest = now.plus(pause);
                return pause;
            }
        }
        backoff.succeeded();
        earliest = now.plus(GAP_MIN);
        return settings.resend();
    }

    /**
     * Posts some alerts. Of those that Alertmanager refuses together it stores the good ones, so halving only finds out which are bad.
     *
     * @return why nothing more should be posted now
     */
    private Optional<Attempt.Later> post(List<Posted> alerts, Instant now)
    {
        ArrayNode body = JsonNodeFactory.instance.arrayNode();
        alerts.forEach(alert -> body.add(alert.withEnd()));
        Map<String, String> headers = new TreeMap<>(settings.headers().get());
        headers.put("Content-Type", "application/json");
        Answer answer;
        try {
            answer = posts.post(settings.alerts(), headers, AlertJson.bytes(body));
        }
        catch (IOException e) {
            metrics.attempted(settings.channel(), "no_answer");
            return Optional.of(Attempt.Later.of("no_answer", e));
        }
        if (answer.isSuccess()) {
            metrics.attempted(settings.channel(), "delivered");
            accepted(alerts, now);
            return Optional.empty();
        }
        metrics.attempted(settings.channel(), answer.error());
        if (!isAboutAlerts(answer)) {
            return Optional.of(Attempt.Later.of(answer));
        }
        if (alerts.size() > 1) {
            int half = alerts.size() / 2;
            return post(alerts.subList(0, half), now).or(() -> post(alerts.subList(half, alerts.size()), now));
        }
        Posted bad = alerts.getFirst();
        log.warn("Alertmanager %s refuses alert %s: %s %s", settings.instance(), bad.json(), answer.status(), answer.text());
        rejected.put(bad.json(), now.plus(REJECTED_TIME));
        return Optional.empty();
    }

    private static boolean isAboutAlerts(Answer answer)
    {
        return answer.status() == 400 || answer.status() == 413 || answer.status() == 422;
    }

    private synchronized void accepted(List<Posted> alerts, Instant now)
    {
        for (Posted alert : alerts) {
            if (alert.isLate()) {
                owed.computeIfPresent(alert.firing(), (_, debt) -> debt.posted().isPresent() ? debt : new Owed(debt.told(), Optional.of(now)));
            }
            else {
                owed.remove(alert.firing());
            }
        }
    }

    private synchronized List<Posted> current(Instant now)
    {
        List<Posted> alerts = new ArrayList<>();
        Set<Firing> present = new HashSet<>();
        for (GroupAlerts group : owned.get()) {
            if (!group.group().notifies(settings.channel())) {
                continue;
            }
            for (AlertInstance alert : group.alerts()) {
                if (alert.firedAt().isPresent()) {
                    Posted posted = posted(group.group(), alert, now);
                    present.add(posted.firing());
                    alerts.add(posted);
                }
            }
        }
        owed.entrySet().removeIf(debt -> !present.contains(debt.getKey()) && debt.getValue().told().plus(OWED_TIME).isBefore(now));
        return alerts;
    }

    private Posted posted(RuleGroup group, AlertInstance alert, Instant now)
    {
        Firing firing = new Firing(alert.fingerprint(), alert.firedAt().orElseThrow());
        Owed debt = owed.get(firing);
        boolean late = alert.resolvedAt().isPresent() && debt != null && !debt.posted().filter(posted -> !posted.plus(settings.resend()).isAfter(now)).isPresent();
        Duration refresh = group.interval().compareTo(settings.resend()) > 0 ? group.interval() : settings.resend();
        Instant endsAt = alert.resolvedAt().filter(_ -> !late).orElse(now.plus(refresh.multipliedBy(REFRESHES_UNTIL_END)));
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("labels", AlertJson.texts(alert.allLabels()));
        json.set("annotations", AlertJson.texts(alert.annotations()));
        json.put("startsAt", firing.firedAt().toString());
        AlertJson.generatorUrl(settings.externalUrl(), group.name(), alert.rule()).ifPresent(url -> json.put("generatorURL", url));
        return new Posted(firing, late, json, endsAt);
    }
}
