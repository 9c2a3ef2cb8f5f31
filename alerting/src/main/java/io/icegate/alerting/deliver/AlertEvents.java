package io.icegate.alerting.deliver;

import com.google.common.collect.Lists;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.Transition;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The events that a record tells, as log records of OTLP. They depend on the record and on nothing else, and their attributes are sorted, so that every
 * sender makes the same bytes and a receiver takes a repetition for what it is.
 *
 * <p>Each event has an id, {@code icegate.alert.transition.id}, that begins with its group: alerts of two groups may have the same name and labels.
 */
final class AlertEvents
{
    /**
     * Events of one request. Two versions of this number side by side would make different bytes of one record.
     */
    static final int BATCH_EVENTS = 256;

    private static final String PREFIX = "icegate.alert.";
    private static final String ID = PREFIX + "transition.id";
    private static final String ERROR_TYPE = "error.type";
    // for an error without a code of its own, as the semantic conventions say
    private static final String OTHER_ERROR = "_OTHER";
    private static final Pattern ERROR_CODE = Pattern.compile("^[A-Z][A-Z0-9_]{2,63}\\b");
    private static final int ERROR_LENGTH_MAX = 1_024;

    private AlertEvents() {}

    /**
     * Returns the requests that tell a record, in order; none when it has nothing to tell.
     */
    static List<EventBatch> of(EvaluationRecord record)
    {
        return Lists.partition(events(record), BATCH_EVENTS).stream().map(AlertEvents::batch).toList();
    }

    /**
     * Returns whether a record tells anything.
     */
    static boolean isTelling(EvaluationRecord record)
    {
        return isTellingMore(record) || !record.undelivered().isEmpty();
    }

    /**
     * Returns whether a record tells more than that other records were given up.
     */
    static boolean isTellingMore(EvaluationRecord record)
    {
        return !record.transitions().isEmpty() || record.skipped().isPresent() || record.result().results().stream().anyMatch(result -> isNewFailure(record, result));
    }

    private static List<Event> events(EvaluationRecord record)
    {
        List<Event> events = new ArrayList<>();
        record.skipped().ifPresent(skipped -> events.add(skipped(record, skipped)));
        record.result().results().stream()
                .filter(result -> isNewFailure(record, result))
                .sorted(Comparator.comparing(RuleResult::rule))
                .forEach(result -> events.add(failed(record, result)));
        record.undelivered().stream()
                .sorted(Comparator.comparing(Undelivered::channel).thenComparing(Undelivered::tick))
                .forEach(undelivered -> events.add(undelivered(record, undelivered)));
        // in the order of the record, which is that of time
        record.transitions().forEach(transition -> events.add(transition(record, transition)));
        return events;
    }

    /**
     * A rule that goes on failing is told by its alert {@code IceGateRuleFailing}, and not by an event at every tick.
     */
    private static boolean isNewFailure(EvaluationRecord record, RuleResult result)
    {
        return result.error().isPresent() && record.state().failures().getOrDefault(result.rule(), 1) == 1;
    }

    private static Event transition(EvaluationRecord record, Transition transition)
    {
        AlertInstance alert = transition.alert();
        boolean corrected = transition.kind() == Transition.Kind.CORRECTED;
        Event event = new Event(
                record,
                corrected ? "corrected" : "state_changed",
                transition.id(),
                transition.tick(),
                corrected ? SeverityNumber.SEVERITY_NUMBER_INFO : severity(transition),
                alert.annotations().getOrDefault("summary", ""));
        event.text("name", alert.rule());
        event.text("fingerprint", alert.fingerprint());
        event.text("state", transition.to().text());
        event.text("previous_state", transition.from().text());
        event.text("started_at", alert.firedAt().orElse(alert.since()).toString());
        event.number("rule.version", transition.rulesVersion());
        event.flag("late", transition.late());
        alert.value().ifPresent(value -> event.decimal("value", value));
        transition.reason().ifPresent(reason -> event.text("reason", reason));
        alert.allLabels().forEach((name, value) -> event.text("label." + name, value));
        return event;
    }

    private static SeverityNumber severity(Transition transition)
    {
        if (transition.to() != AlertState.FIRING) {
            return SeverityNumber.SEVERITY_NUMBER_INFO;
        }
        return switch (transition.alert().allLabels().getOrDefault("severity", "")) {
            case "info" -> SeverityNumber.SEVERITY_NUMBER_INFO;
            case "warning" -> SeverityNumber.SEVERITY_NUMBER_WARN;
            case "critical", "page" -> SeverityNumber.SEVERITY_NUMBER_FATAL;
            default -> SeverityNumber.SEVERITY_NUMBER_ERROR;
        };
    }

    private static Event failed(EvaluationRecord record, RuleResult result)
    {
        String error = result.error().orElseThrow();
        Event event = new Event(
                record,
                "rule_failed",
                "%s-%s-rule_failed".formatted(result.rule(), record.tick().getEpochSecond()),
                record.tick(),
                SeverityNumber.SEVERITY_NUMBER_ERROR,
                error.length() > ERROR_LENGTH_MAX ? error.substring(0, ERROR_LENGTH_MAX) : error);
        Matcher code = ERROR_CODE.matcher(error);
        event.error(code.find() ? code.group() : OTHER_ERROR);
        event.text("name", result.rule());
        event.number("rule.version", record.rulesVersion());
        return event;
    }

    private static Event skipped(EvaluationRecord record, SkippedTicks skipped)
    {
        Event event = new Event(record, "ticks_skipped", "%s-ticks_skipped".formatted(record.tick().getEpochSecond()), record.tick(), SeverityNumber.SEVERITY_NUMBER_WARN, "");
        event.text("skipped.from", skipped.from().toString());
        event.text("skipped.to", skipped.to().toString());
        return event;
    }

    private static Event undelivered(EvaluationRecord record, Undelivered undelivered)
    {
        Event event = new Event(
                record,
                "delivery_failed",
                "%s-%s-delivery_failed".formatted(undelivered.channel(), undelivered.tick().getEpochSecond()),
                record.tick(),
                SeverityNumber.SEVERITY_NUMBER_ERROR,
                "");
        event.error(undelivered.error());
        event.text("channel", undelivered.channel());
        event.text("undelivered.tick", undelivered.tick().toString());
        return event;
    }

    private static EventBatch batch(List<Event> events)
    {
        ScopeLogs.Builder scope = ScopeLogs.newBuilder().setScope(InstrumentationScope.newBuilder().setName("io.icegate.alerting"));
        events.forEach(event -> scope.addLogRecords(event.logRecord()));
        ExportLogsServiceRequest request = ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder()
                        .setResource(Resource.newBuilder().addAttributes(KeyValue.newBuilder().setKey("service.name").setValue(AnyValue.newBuilder().setStringValue("icegate-alerting"))))
                        .addScopeLogs(scope))
                .build();
        return new EventBatch(
                events.stream().map(event -> event.id).toList(),
                events.stream().map(event -> event.time).min(Comparator.naturalOrder()).orElseThrow(),
                events.stream().map(event -> event.time).max(Comparator.naturalOrder()).orElseThrow(),
                request.toByteArray());
    }

    private static final class Event
    {
        private final String id;
        private final Instant time;
        private final LogRecord.Builder log;
        private final SortedMap<String, AnyValue> attributes = new TreeMap<>();

        private Event(EvaluationRecord record, String name, String id, Instant time, SeverityNumber severity, String body)
        {
            this.id = record.group().group() + "/" + id;
            this.time = time;
            this.log = LogRecord.newBuilder()
                    .setEventName(PREFIX + name)
                    .setTimeUnixNano(nanos(time))
                    .setObservedTimeUnixNano(nanos(record.recordedAt()))
                    .setSeverityNumber(severity);
            if (!body.isEmpty()) {
                log.setBody(AnyValue.newBuilder().setStringValue(body));
            }
            attributes.put(ID, AnyValue.newBuilder().setStringValue(this.id).build());
            text("group", record.group().group());
        }

        private void text(String key, String value)
        {
            attributes.put(PREFIX + key, AnyValue.newBuilder().setStringValue(value).build());
        }

        private void number(String key, long value)
        {
            attributes.put(PREFIX + key, AnyValue.newBuilder().setIntValue(value).build());
        }

        private void decimal(String key, double value)
        {
            attributes.put(PREFIX + key, AnyValue.newBuilder().setDoubleValue(value).build());
        }

        private void flag(String key, boolean value)
        {
            attributes.put(PREFIX + key, AnyValue.newBuilder().setBoolValue(value).build());
        }

        private void error(String type)
        {
            attributes.put(ERROR_TYPE, AnyValue.newBuilder().setStringValue(type).build());
        }

        private LogRecord logRecord()
        {
            attributes.forEach((key, value) -> log.addAttributes(KeyValue.newBuilder().setKey(key).setValue(value)));
            return log.build();
        }

        private static long nanos(Instant time)
        {
            return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
        }
    }
}
