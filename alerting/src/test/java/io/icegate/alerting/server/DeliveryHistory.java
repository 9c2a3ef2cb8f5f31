package io.icegate.alerting.server;

import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.alerting.state.Fold.Folded;
import io.icegate.alerting.state.GroupState;
import io.icegate.alerting.state.Refold;
import io.icegate.alerting.state.Transition;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * What evaluators of one group stored and told, in the order in which it came, and whether that is what has to come.
 *
 * @param stored keys of records that the store took, each time
 * @param records of the group, oldest first
 * @param events ids of the transitions that a receiver stored
 */
record DeliveryHistory(List<String> stored, List<EvaluationRecord> records, List<String> events, List<Message> messages, List<Posted> posted)
{
    DeliveryHistory
    {
        stored = List.copyOf(stored);
        records = List.copyOf(records);
        events = List.copyOf(events);
        messages = List.copyOf(messages);
        posted = List.copyOf(posted);
    }

    /**
     * A request that a webhook took.
     *
     * @param transitions ids of those that it tells
     */
    record Message(String id, List<String> transitions, String body)
    {
        Message
        {
            transitions = List.copyOf(transitions);
        }
    }

    /**
     * An alert that Alertmanager took.
     */
    record Posted(SortedMap<String, String> labels, Instant startsAt, Instant endsAt) {}

    /**
     * What must never be, whatever is still on its way.
     */
    List<String> violations(RuleGroup group)
    {
        List<String> violations = new ArrayList<>();
        duplicates(stored).forEach(key -> violations.add("stored twice: " + key));
        for (int i = 1; i < records.size(); i++) {
            Instant expected = records.get(i - 1).tick().plus(group.interval());
            if (!records.get(i).tick().equals(expected)) {
                violations.add("no record of tick %s, but of %s".formatted(expected, records.get(i).tick()));
            }
        }
        violations.addAll(foldViolations(group));
        List<String> transitions = transitions().map(Transition::id).toList();
        duplicates(transitions).forEach(id -> violations.add("in two records: " + id));
        duplicates(events).forEach(id -> violations.add("announced twice: " + id));
        Set<String> known = new HashSet<>(transitions);
        events.stream().filter(event -> !known.contains(transition(event))).forEach(event -> violations.add("announced without a record: " + event));
        if (!isOrdered(events.stream().map(DeliveryHistory::transition).toList(), transitions)) {
            violations.add("announced in another order than recorded");
        }
        violations.addAll(messageViolations(transitions));
        return violations;
    }

    /**
     * What of the records was not told yet.
     */
    List<String> undelivered()
    {
        Set<String> announced = new HashSet<>(events.stream().map(DeliveryHistory::transition).toList());
        Set<String> told = new HashSet<>(messages.stream().flatMap(message -> message.transitions().stream()).toList());
        List<String> undelivered = new ArrayList<>();
        transitions().forEach(transition -> {
            if (!announced.contains(transition.id())) {
                undelivered.add("not announced: " + transition.id());
            }
            if (!told.contains(transition.id())) {
                undelivered.add("not told to the webhook: " + transition.id());
            }
            if (posted.stream().noneMatch(alert -> isOf(alert, transition))) {
                undelivered.add("not told to Alertmanager: " + transition.id());
            }
        });
        return undelivered;
    }

    private static boolean isOf(Posted alert, Transition transition)
    {
        boolean same = alert.labels().equals(transition.alert().allLabels()) && Optional.of(alert.startsAt()).equals(transition.alert().firedAt());
        // ends of alerts that fire lie apart from ticks
        boolean resolved = alert.endsAt().getNano() == 0;
        return same && (transition.to() == AlertState.RESOLVED ? Optional.of(alert.endsAt()).equals(transition.alert().resolvedAt()) : !resolved);
    }

    private List<String> foldViolations(RuleGroup group)
    {
        List<Folded> folded = new Refold(new Fold(new TemplateAnnotations()), _ -> group).replay(GroupState.EMPTY, Refold.steps(records));
        List<String> violations = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            if (!folded.get(i).after().equals(records.get(i).state())) {
                violations.add("not the fold of all before it: the state of tick " + records.get(i).tick());
            }
        }
        return violations;
    }

    private List<String> messageViolations(List<String> transitions)
    {
        List<String> violations = new ArrayList<>();
        Map<String, Message> byId = new LinkedHashMap<>();
        Map<String, String> idOf = new HashMap<>();
        for (Message message : messages) {
            if (!byId.computeIfAbsent(message.id(), _ -> message).body().equals(message.body())) {
                violations.add("told otherwise with one webhook-id: " + message.id());
            }
            message.transitions().forEach(id -> {
                if (!idOf.computeIfAbsent(id, _ -> message.id()).equals(message.id())) {
                    violations.add("told with two webhook-ids: " + id);
                }
            });
        }
        if (!isOrdered(byId.values().stream().flatMap(message -> message.transitions().stream()).toList(), transitions)) {
            violations.add("told to the webhook in another order than recorded");
        }
        return violations;
    }

    private Stream<Transition> transitions()
    {
        return records.stream().flatMap(record -> record.transitions().stream());
    }

    /**
     * Events name the group too.
     */
    private static String transition(String event)
    {
        return event.substring(event.indexOf('/') + 1);
    }

    private static boolean isOrdered(Collection<String> told, List<String> recorded)
    {
        List<String> relevant = recorded.stream().filter(new HashSet<>(told)::contains).toList();
        return told.stream().filter(new HashSet<>(recorded)::contains).distinct().toList().equals(relevant);
    }

    private static List<String> duplicates(Collection<String> values)
    {
        Set<String> seen = new HashSet<>();
        return values.stream().filter(value -> !seen.add(value)).toList();
    }
}
