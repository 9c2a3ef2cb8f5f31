package io.icegate.alerting.deliver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.airlift.log.Logger;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Transition;
import net.openhft.hashing.LongTupleHashFunction;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Sends what fires and what is resolved to a webhook: one request for each record, at least once, with an id that is the same on every attempt. The body is that of
 * Alertmanager's webhooks, version 4, and each alert has {@code late} and {@code transitionId} besides, so receivers of Alertmanager's take it as it is.
 */
final class WebhookOutbox
        implements Outlet
{
    /**
     * Of one request.
     */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Logger log = Logger.get(WebhookOutbox.class);
    // what Alertmanager writes for an alert that has not ended
    private static final String NO_TIME = "0001-01-01T00:00:00Z";

    private final Settings settings;
    private final Posts posts;
    private final InstantSource clock;

    /**
     * @param channel name of the channel
     * @param externalUrl of our own pages
     * @param signature asked for each request
     * @param headers beside those of the request; asked for each request
     */
    record Settings(String channel, URI url, Optional<URI> externalUrl, Supplier<WebhookSignature> signature, Supplier<Map<String, String>> headers)
    {
        Settings
        {
            requireNonNull(channel, "channel is null");
            requireNonNull(url, "url is null");
            requireNonNull(externalUrl, "externalUrl is null");
            requireNonNull(signature, "signature is null");
            requireNonNull(headers, "headers is null");
        }
    }

    WebhookOutbox(Settings settings, Posts posts, InstantSource clock)
    {
        this.settings = requireNonNull(settings, "settings is null");
        this.posts = requireNonNull(posts, "posts is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public String name()
    {
        return settings.channel();
    }

    @Override
    public boolean wants(EvaluationRecord record, RuleGroup group)
    {
        return group.notifies(settings.channel()) && record.transitions().stream().anyMatch(WebhookOutbox::isTold);
    }

    @Override
    public boolean isMissed(EvaluationRecord record)
    {
        return true;
    }

    /**
     * Corrections are events only: what was announced is never taken back. Neither does anybody hear of an alert that is pending.
     */
    private static boolean isTold(Transition transition)
    {
        return transition.kind() == Transition.Kind.CHANGED && (transition.to() == AlertState.FIRING || transition.to() == AlertState.RESOLVED);
    }

    @Override
    public Attempt attempt(EvaluationRecord record, RuleGroup group, Optional<Duration> sinceStored)
    {
        String id = id(settings.channel(), record.group(), record.tick());
        byte[] body = body(record);
        Instant now = clock.instant();
        Map<String, String> headers = new TreeMap<>(settings.headers().get());
        headers.put("Content-Type", "application/json");
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", Long.toString(now.getEpochSecond()));
        headers.put("webhook-signature", settings.signature().get().sign(id, now, body));
        Answer answer;
        try {
            answer = posts.post(settings.url(), headers, body);
        }
        catch (IOException e) {
            return Attempt.Later.of("no_answer", e);
        }
        if (answer.isSuccess()) {
            return Attempt.DONE;
        }
        if (answer.isTemporary()) {
            return Attempt.Later.of(answer);
        }
        log.warn("Webhook %s refuses the alerts of %s at %s: %s %s", settings.channel(), record.group(), record.tick(), answer.status(), answer.text());
        return new Attempt.Refused(answer.error());
    }

    /**
     * Returns the id of a message, by which a receiver knows one that comes again.
     */
    static String id(String channel, GroupName group, Instant tick)
    {
        // none of the parts holds the sign between them
        long[] hash = LongTupleHashFunction.xx128().hashBytes("%s %s %s".formatted(channel, group, tick.getEpochSecond()).getBytes(UTF_8));
        return "msg_%016x%016x".formatted(hash[1], hash[0]);
    }

    private byte[] body(EvaluationRecord record)
    {
        List<Transition> told = record.transitions().stream().filter(WebhookOutbox::isTold).toList();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("receiver", settings.channel());
        body.put("status", told.stream().anyMatch(transition -> transition.to() == AlertState.FIRING) ? "firing" : "resolved");
        ArrayNode alerts = body.putArray("alerts");
        told.forEach(transition -> alerts.add(alert(record.group(), transition)));
        body.putObject("groupLabels");
        body.set("commonLabels", AlertJson.texts(common(told, AlertInstance::allLabels)));
        body.set("commonAnnotations", AlertJson.texts(common(told, AlertInstance::annotations)));
        body.put("externalURL", settings.externalUrl().map(URI::toString).orElse(""));
        body.put("version", "4");
        body.put("groupKey", "{}:{group=\"%s\"}".formatted(record.group()));
        body.put("truncatedAlerts", 0);
        return AlertJson.bytes(body);
    }

    private ObjectNode alert(GroupName group, Transition transition)
    {
        AlertInstance alert = transition.alert();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("status", transition.to().text());
        node.set("labels", AlertJson.texts(alert.allLabels()));
        node.set("annotations", AlertJson.texts(alert.annotations()));
        node.put("startsAt", alert.firedAt().orElse(transition.tick()).toString());
        node.put("endsAt", transition.to() == AlertState.RESOLVED ? alert.resolvedAt().orElse(transition.tick()).toString() : NO_TIME);
        node.put("generatorURL", AlertJson.generatorUrl(settings.externalUrl(), group, alert.rule()).orElse(""));
        node.put("fingerprint", alert.fingerprint());
        node.put("late", transition.late());
        node.put("transitionId", transition.id());
        return node;
    }

    private static SortedMap<String, String> common(List<Transition> transitions, Function<AlertInstance, SortedMap<String, String>> texts)
    {
        Iterator<Transition> each = transitions.iterator();
        SortedMap<String, String> common = new TreeMap<>(texts.apply(each.next().alert()));
        each.forEachRemaining(transition -> common.entrySet().retainAll(texts.apply(transition.alert()).entrySet()));
        return common;
    }
}
