package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.state.EvaluationLogException.Kind;
import io.icegate.alerting.state.EvaluationRecord.Reopening;
import io.icegate.alerting.state.EvaluationRecord.SettledState;
import io.icegate.alerting.state.EvaluationRecord.Undelivered;
import io.icegate.alerting.state.EvaluationRecordParser.Written;
import io.icegate.objectstore.Seeds;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestEvaluationRecordParser
{
    private static final GroupName GROUP = new GroupName("shop", "checkout");
    private static final Instant TICK = Instant.ofEpochSecond(1_800_000_000);

    @Test
    void testRecordsOfHistories()
    {
        RandomHistory history = new RandomHistory(new SplittableRandom(Seeds.next("TestEvaluationRecordParser")), records -> records).alwaysLate();
        history.run(60);
        history.records().forEach(TestEvaluationRecordParser::assertRoundTrip);
    }

    @Test
    void testOddValues()
    {
        for (double value : new double[] {0, -0.0, 1, 1e300, Double.MIN_VALUE, 0.1 + 0.2, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertRoundTrip(record(List.of(alert("s", OptionalDouble.of(value), Map.of())), List.of()));
        }
        assertRoundTrip(record(List.of(alert("\u0000\n\"\\é😀\uFFFF", OptionalDouble.empty(), Map.of("", " "))), List.of()));
        // half of a pair cannot be stored; it must not fail
        EvaluationRecord half = record(List.of(alert("a\uD83Db", OptionalDouble.empty(), Map.of())), List.of());
        EvaluationRecord read = EvaluationRecordParser.fromJson(GROUP, EvaluationRecordParser.toJson(half).content());
        assertThat(read.state().alerts().getFirst().labels()).isEqualTo(Labels.of(Map.of("service_name", "a?b")));
        assertThat(read.state().alerts().getFirst().fingerprint()).isEqualTo(half.state().alerts().getFirst().fingerprint());
    }

    @Test
    void testFormOfARecord()
    {
        AlertInstance alert = alert("cart", OptionalDouble.of(17), Map.of("example", "no route"));
        EvaluationRecord record = record(
                List.of(alert),
                List.of(new Transition(alert, AlertState.INACTIVE, AlertState.FIRING, TICK, 7, Transition.Kind.CHANGED, false, Optional.empty())));
        // this is stored: whoever changes it raises the format
        String json = "{'format':1,'id':'id','evaluator':'e','tick':'2027-01-15T08:00:00Z','cutoff':'2027-01-15T08:00:10Z','recorded_at':'2027-01-15T08:00:10.123456Z'," +
                "'rules_version':7,'reopening':{'seen_below':'2027-01-15T08:00:10Z','ticks':['2027-01-15T07:59:30Z']}," +
                "'results':[{'rule':'Errors','status':'ok','rows':[{'labels':{'service_name':'cart'},'value':17.0,'values':{'example':'no route'}}],'millis':5,'query_id':'q'}]," +
                "'transitions':[{'kind':'changed','from':'inactive','to':'firing','tick':'2027-01-15T08:00:00Z','rules_version':7,'alert':ALERT}]," +
                "'state':{'alerts':[ALERT],'failures':{'Other':2}},'delivered':{'ops':'2027-01-15T07:59:30Z'}," +
                "'undelivered':[{'channel':'ops','tick':'2027-01-15T07:59:00Z','error':'http_410'}]}";
        String text = "{'rule':'Errors','labels':{'service_name':'cart'},'state':'firing','since':'2027-01-15T08:00:00Z','last_true':'2027-01-15T08:00:00Z'," +
                "'last_rows':'2027-01-15T08:00:00Z','fired_at':'2027-01-15T08:00:00Z','value':17.0,'values':{'example':'no route'}," +
                "'all_labels':{'alertname':'Errors','service_name':'cart'},'annotations':{'summary':'cart is ill'}}";
        assertThat(new String(EvaluationRecordParser.toJson(record).content(), StandardCharsets.UTF_8)).isEqualTo(json.replace("ALERT", text).replace('\'', '"'));
        assertRoundTrip(record);
    }

    @Test
    void testWhatIsNoRecord()
    {
        byte[] content = EvaluationRecordParser.toJson(record(List.of(), List.of())).content();
        String json = new String(content, StandardCharsets.UTF_8);
        assertRefused(Kind.NEWER_FORMAT, json.replace("\"format\":1", "\"format\":2"));
        assertRefused(Kind.NEWER_FORMAT, "{\"format\":2}");
        assertRefused(Kind.CORRUPT, json.substring(0, json.length() - 1));
        assertRefused(Kind.CORRUPT, json + "{}");
        assertRefused(Kind.CORRUPT, "");
        assertRefused(Kind.CORRUPT, "[]");
        assertRefused(Kind.CORRUPT, "{}");
        assertRefused(Kind.CORRUPT, json.replace("2027-01-15T08:00:00Z", "yesterday"));
        assertRefused(Kind.CORRUPT, json.replace("\"rules_version\":7", "\"rules_version\":\"7\""));
        assertRefused(Kind.CORRUPT, json.replace("\"id\":\"id\"", "\"id\":\"id\",\"id\":\"id\""));
    }

    @Test
    void testAFloodFitsIn()
    {
        // as much state as there may be, of texts that take most bytes, each alert changing, now and late
        List<AlertInstance> alerts = new ArrayList<>();
        int bytes = 0;
        while (true) {
            AlertInstance alert = alert(alerts.size() + "\u0001\"é".repeat(60), OptionalDouble.of(-1.2345678901234567e-300), Map.of("example", "x\\".repeat(100)));
            bytes += StateLimits.bytes(alert);
            if (bytes > StateLimits.STATE_BYTES_MAX) {
                break;
            }
            alerts.add(alert);
        }
        List<Transition> transitions = new ArrayList<>();
        for (AlertInstance alert : alerts) {
            transitions.add(new Transition(alert, AlertState.INACTIVE, AlertState.FIRING, TICK, 7, Transition.Kind.CHANGED, false, Optional.empty()));
            for (int i = 1; i <= 12; i++) {
                transitions.add(new Transition(alert, AlertState.INACTIVE, AlertState.FIRING, TICK.minusSeconds(30 * i), 7, Transition.Kind.CHANGED, true, Optional.empty()));
            }
        }
        EvaluationRecord record = record(alerts, transitions);
        Written written = EvaluationRecordParser.toJson(record);
        assertThat(written.content()).hasSizeLessThanOrEqualTo(EvaluationRecordParser.BYTES_MAX);
        assertThat(written.leftOut()).containsExactly("values", "answers", "annotations of transitions", "late transitions");
        assertThat(written.record().isCut()).isTrue();
        assertThat(written.record().transitions()).hasSameSizeAs(alerts);
        assertThat(written.record().state().alerts()).hasSameSizeAs(alerts).allSatisfy(alert -> assertThat(alert.annotations()).isNotEmpty());
        assertThat(EvaluationRecordParser.fromJson(GROUP, written.content())).isEqualTo(written.record());
        // and the count of bytes that the limit is about is no less than the JSON
        assertThat(EvaluationRecordParser.toJson(record(alerts, List.of())).content().length).isLessThan(3 * StateLimits.STATE_BYTES_MAX);
    }

    private static void assertRoundTrip(EvaluationRecord record)
    {
        Written written = EvaluationRecordParser.toJson(record);
        assertThat(written.leftOut()).isEmpty();
        EvaluationRecord read = EvaluationRecordParser.fromJson(record.group(), written.content());
        assertThat(read).isEqualTo(record);
        assertThat(EvaluationRecordParser.toJson(read).content()).isEqualTo(written.content());
    }

    private static void assertRefused(Kind kind, String json)
    {
        assertThatThrownBy(() -> EvaluationRecordParser.fromJson(GROUP, json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(EvaluationLogException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining("shop/checkout");
    }

    private static AlertInstance alert(String service, OptionalDouble value, Map<String, String> values)
    {
        SortedMap<String, String> labels = new TreeMap<>(Map.of("service_name", service));
        SortedMap<String, String> all = new TreeMap<>(labels);
        all.put("alertname", "Errors");
        return new AlertInstance(
                "Errors",
                new Labels(labels),
                AlertState.FIRING,
                TICK,
                TICK,
                TICK,
                Optional.of(TICK),
                Optional.empty(),
                value,
                new TreeMap<>(values),
                all,
                ImmutableSortedMap.of("summary", service + " is ill"));
    }

    private static EvaluationRecord record(List<AlertInstance> alerts, List<Transition> transitions)
    {
        GroupState state = new GroupState(alerts, ImmutableSortedMap.of("Other", 2));
        RuleResult result = new RuleResult("Errors", alerts.stream().map(alert -> new ResultRow(alert.labels(), alert.value(), alert.values())).toList(), List.of(), Optional.empty(), 5, Optional.of("q"));
        return new EvaluationRecord(
                GROUP,
                "id",
                "e",
                new TickResult(TICK, TICK.plusSeconds(10), List.of(result)),
                TICK.plusSeconds(10).plusNanos(123_456_000),
                7,
                false,
                new Reopening(TICK.plusSeconds(10), List.of(TICK.minusSeconds(30))),
                Optional.empty(),
                List.of(),
                transitions,
                state,
                alerts.size() > 1 ? Optional.of(new SettledState(TICK.minusSeconds(900), state)) : Optional.empty(),
                ImmutableSortedMap.of("ops", TICK.minusSeconds(30)),
                List.of(new Undelivered("ops", TICK.minusSeconds(60), "http_410")));
    }
}
