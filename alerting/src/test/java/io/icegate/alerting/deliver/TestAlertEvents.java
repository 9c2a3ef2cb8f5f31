package io.icegate.alerting.deliver;

import com.google.common.collect.ImmutableSortedMap;
import com.google.protobuf.InvalidProtocolBufferException;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.EvaluationRecord.SkippedTicks;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;
import io.icegate.alerting.state.GroupState;
import io.icegate.alerting.state.RuleResult;
import io.icegate.alerting.state.Transition;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import net.openhft.hashing.LongHashFunction;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static io.icegate.alerting.deliver.Records.fires;
import static io.icegate.alerting.deliver.Records.record;
import static io.icegate.alerting.deliver.Records.resolves;
import static io.icegate.alerting.deliver.Records.tick;
import static org.assertj.core.api.Assertions.assertThat;

final class TestAlertEvents
{
    @Test
    void testTransitions()
            throws Exception
    {
        Transition late = new Transition(
                Records.alert("cart", AlertState.PENDING, Optional.empty(), Optional.empty()), AlertState.FIRING, AlertState.PENDING, tick(2), 7, Transition.Kind.CORRECTED, true, Optional.of("rule_changed"));
        List<LogRecord> events = events(record(4, fires("cart", tick(4)), late));
        assertThat(events).extracting(LogRecord::getEventName).containsExactly("icegate.alert.state_changed", "icegate.alert.corrected");
        LogRecord fired = events.getFirst();
        assertThat(fired.getTimeUnixNano()).isEqualTo(tick(4).getEpochSecond() * 1_000_000_000L);
        assertThat(fired.getObservedTimeUnixNano()).isEqualTo(tick(4).plusSeconds(11).getEpochSecond() * 1_000_000_000L);
        assertThat(fired.getSeverityNumberValue()).isEqualTo(21);
        assertThat(fired.getSeverityText()).isEmpty();
        assertThat(fired.getBody().getStringValue()).isEqualTo("cart: 17 errors");
        String fingerprint = fires("cart", tick(4)).alert().fingerprint();
        assertThat(attributes(fired)).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                Map.entry("icegate.alert.name", "CheckoutErrors"),
                Map.entry("icegate.alert.group", "checkout"),
                Map.entry("icegate.alert.rule.version", 7L),
                Map.entry("icegate.alert.fingerprint", fingerprint),
                Map.entry("icegate.alert.state", "firing"),
                Map.entry("icegate.alert.previous_state", "inactive"),
                Map.entry("icegate.alert.value", 17.0),
                Map.entry("icegate.alert.started_at", "2026-11-27T00:02:00Z"),
                Map.entry("icegate.alert.transition.id", "checkout/" + fingerprint + "-1795737720-inactive-firing"),
                Map.entry("icegate.alert.late", false),
                Map.entry("icegate.alert.label.alertname", "CheckoutErrors"),
                Map.entry("icegate.alert.label.service_name", "cart"),
                Map.entry("icegate.alert.label.severity", "page")));
        assertThat(fired.getAttributesList()).extracting(KeyValue::getKey).isSorted();
        assertThat(events.getLast().getSeverityNumberValue()).isEqualTo(9);
        assertThat(attributes(events.getLast())).containsEntry("icegate.alert.reason", "rule_changed").containsEntry("icegate.alert.late", true);
        assertThat(events(record(5, resolves("cart", tick(4), tick(5)))).getFirst().getSeverityNumberValue()).isEqualTo(9);
    }

    @Test
    void testWhatElseARecordTells()
            throws Exception
    {
        EvaluationRecord record = Records.record(
                "evaluator",
                tick(9),
                List.of(
                        RuleResult.failed("Coded", "EXCEEDED_TIME_LIMIT: 30 s", 30_000),
                        RuleResult.failed("Other", "Connection reset", 3),
                        RuleResult.failed("Failed before", "Connection reset", 3)),
                Optional.of(new SkippedTicks(tick(2), tick(8))),
                List.of(),
                new GroupState(List.of(), ImmutableSortedMap.of("Coded", 1, "Other", 1, "Failed before", 2)),
                ImmutableSortedMap.of(),
                List.of(new Undelivered("ops", tick(1), "http_410")));
        List<LogRecord> events = events(record);
        assertThat(events).extracting(LogRecord::getEventName)
                .containsExactly("icegate.alert.ticks_skipped", "icegate.alert.rule_failed", "icegate.alert.rule_failed", "icegate.alert.delivery_failed");
        assertThat(events).extracting(event -> attributes(event).get("error.type")).containsExactly(null, "EXCEEDED_TIME_LIMIT", "_OTHER", "http_410");
        assertThat(attributes(events.getFirst())).containsEntry("icegate.alert.skipped.from", tick(2).toString()).containsEntry("icegate.alert.skipped.to", tick(8).toString());
        assertThat(attributes(events.getLast())).containsEntry("icegate.alert.channel", "ops").containsEntry("icegate.alert.undelivered.tick", tick(1).toString());
        assertThat(events).extracting(event -> attributes(event).get("icegate.alert.transition.id")).doesNotHaveDuplicates().doesNotContainNull();
        assertThat(AlertEvents.of(record(3))).isEmpty();
        assertThat(AlertEvents.isTelling(record(3))).isFalse();
    }

    /**
     * Another version of this program must make the same bytes for as long as a receiver compares them. When this test fails, both versions must not run at
     * once; change the digits then.
     */
    @Test
    void testBytesAreTheSameForAll()
    {
        EventBatch batch = AlertEvents.of(record(4, fires("cart", tick(4)))).getFirst();
        assertThat(HexFormat.of().toHexDigits(LongHashFunction.xx3().hashBytes(batch.body()))).isEqualTo("939def76bdd9b3e6");
    }

    @Test
    void testManyEventsAreSeveralRequests()
            throws Exception
    {
        Transition[] transitions = IntStream.range(0, 600).mapToObj(number -> fires("service-" + number, tick(1))).toArray(Transition[]::new);
        List<EventBatch> batches = AlertEvents.of(record(1, transitions));
        assertThat(batches).extracting(batch -> batch.ids().size()).containsExactly(256, 256, 88);
        assertThat(events(record(1, transitions))).hasSize(600);
    }

    private static List<LogRecord> events(EvaluationRecord record)
            throws InvalidProtocolBufferException
    {
        List<LogRecord> events = new ArrayList<>();
        for (EventBatch batch : AlertEvents.of(record)) {
            ResourceLogs logs = ExportLogsServiceRequest.parseFrom(batch.body()).getResourceLogs(0);
            assertThat(logs.getResource().getAttributes(0).getValue().getStringValue()).isEqualTo("icegate-alerting");
            events.addAll(logs.getScopeLogs(0).getLogRecordsList());
        }
        return events;
    }

    private static Map<String, Object> attributes(LogRecord event)
    {
        return event.getAttributesList().stream().collect(Collectors.toMap(KeyValue::getKey, attribute -> switch (attribute.getValue().getValueCase()) {
            case STRING_VALUE -> attribute.getValue().getStringValue();
            case INT_VALUE -> attribute.getValue().getIntValue();
            case DOUBLE_VALUE -> attribute.getValue().getDoubleValue();
            case BOOL_VALUE -> attribute.getValue().getBoolValue();
            default -> throw new AssertionError(attribute);
        }));
    }
}
