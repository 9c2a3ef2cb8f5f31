package io.icegate.tests;

import io.icegate.tests.LedgerLoad.Sent;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static java.util.Objects.requireNonNull;

/**
 * What the rules of a group come to when every row is known from the beginning: neither arrival, nor receivers, nor stores.
 */
final class AlertLedgerModel
{
    /**
     * An alert on errors of a service: more than so many in a window.
     */
    record CountRule(String name, Duration window, int moreThan, Duration hold, Duration keepFiringFor) {}

    /**
     * What is told of an alert.
     */
    record Change(Instant tick, String rule, String service, String from, String to) {}

    /**
     * Errors by tick, rule and service, where the rule has a row.
     */
    record Answer(Instant tick, String rule, Map<String, Long> values) {}

    private record State(String name, Instant since, Instant lastTrue) {}

    private final List<CountRule> rules;
    private final Map<String, long[]> errors = new HashMap<>();

    AlertLedgerModel(List<CountRule> rules, List<Sent> rows)
    {
        this.rules = rules;
        for (String service : LedgerLoad.SERVICES) {
            errors.put(service, rows.stream().filter(row -> row.isError() && row.service().equals(service)).mapToLong(row -> row.time().toEpochMilli()).sorted().toArray());
        }
    }

    List<Answer> answers(Instant first, Instant last, Duration interval)
    {
        List<Answer> answers = new ArrayList<>();
        for (Instant tick = first; !tick.isAfter(last); tick = tick.plus(interval)) {
            for (CountRule rule : rules) {
                Map<String, Long> values = new TreeMap<>();
                for (String service : LedgerLoad.SERVICES) {
                    long count = count(service, tick.minus(rule.window()), tick);
                    if (count > rule.moreThan()) {
                        values.put(service, count);
                    }
                }
                answers.add(new Answer(tick, rule.name(), values));
            }
        }
        return answers;
    }

    List<Change> changes(Instant first, Instant last, Duration interval)
    {
        Map<String, CountRule> byName = new HashMap<>();
        rules.forEach(rule -> byName.put(rule.name(), rule));
        Map<List<String>, State> states = new HashMap<>();
        List<Change> changes = new ArrayList<>();
        for (Answer answer : answers(first, last, interval)) {
            CountRule rule = requireNonNull(byName.get(answer.rule()));
            for (String service : LedgerLoad.SERVICES) {
                List<String> alert = List.of(rule.name(), service);
                State before = states.get(alert);
                State after = next(rule, before, answer.tick(), answer.values().containsKey(service));
                String from = before == null ? "inactive" : before.name();
                String to = after != null ? after.name() : from.equals("firing") ? "resolved" : "inactive";
                if (!from.equals(to)) {
                    changes.add(new Change(answer.tick(), rule.name(), service, from, to));
                }
                if (after == null) {
                    states.remove(alert);
                }
                else {
                    states.put(alert, after);
                }
            }
        }
        return changes;
    }

    private static @Nullable State next(CountRule rule, @Nullable State before, Instant tick, boolean isTrue)
    {
        if (isTrue) {
            Instant since = before == null ? tick : before.since();
            boolean fires = (before != null && before.name().equals("firing")) || !tick.isBefore(since.plus(rule.hold()));
            return new State(fires ? "firing" : "pending", since, tick);
        }
        boolean stays = before != null && before.name().equals("firing") && !tick.isAfter(before.lastTrue().plus(rule.keepFiringFor()));
        return stays ? before : null;
    }

    private long count(String service, Instant from, Instant to)
    {
        long count = 0;
        for (long time : requireNonNull(errors.get(service))) {
            if (time >= from.toEpochMilli() && time < to.toEpochMilli()) {
                count++;
            }
        }
        return count;
    }
}
