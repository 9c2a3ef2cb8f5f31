package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.icegate.receiver.OtlpRow;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.SpanRow;
import io.icegate.wal.format.SpanBatch;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.Event;
import io.opentelemetry.proto.trace.v1.Span.Link;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

@SuppressWarnings("NullAway") // List.of refuses what is null
final class TestSpansDecoder
{
    private static final long NOW_NANOS = ChronoUnit.NANOS.between(Instant.EPOCH, SpansDecoding.NOW);
    private static final long NOW_MICROS = NOW_NANOS / 1000;
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String PARENT = "53995c3f42cd8ad8";

    @Test
    void testColumns()
    {
        Span span = Span.newBuilder()
                .setTraceId(hex(TRACE))
                .setSpanId(hex(SPAN))
                .setParentSpanId(hex(PARENT))
                .setTraceState("vendor=1")
                .setFlags(0x301)
                .setName("GET /cart")
                .setKind(SpanKind.SPAN_KIND_SERVER)
                .setStartTimeUnixNano(NOW_NANOS + 1_999)
                .setEndTimeUnixNano(NOW_NANOS + 5_000_000)
                .addAttributes(attribute("http.status", AnyValue.newBuilder().setIntValue(200).build()))
                .addAttributes(attribute("a", text("x")))
                .setDroppedAttributesCount(-1)
                .setDroppedEventsCount(2)
                .setDroppedLinksCount(3)
                .setStatus(Status.newBuilder().setCode(StatusCode.STATUS_CODE_ERROR).setMessage("timed out"))
                .addEvents(Event.newBuilder().setTimeUnixNano(7).setName("exception").addAttributes(attribute("exception.message", text("no"))).setDroppedAttributesCount(4))
                .addLinks(Link.newBuilder().setTraceId(hex(TRACE)).setSpanId(hex(PARENT)).setTraceState("l=1").addAttributes(attribute("b", AnyValue.newBuilder().setBoolValue(true).build())).setDroppedAttributesCount(5).setFlags(-1))
                .build();
        ExportTraceServiceRequest request = request(span);
        SpanBatch batch = SpansDecoding.decode(request);
        assertThat(batch.id()).isEqualTo(SpansDecoding.ID);
        assertThat(batch.tenant()).isEqualTo("tenant");
        assertThat(batch.requestBytes()).isEqualTo(request.getSerializedSize());
        SpanRow row = batch.rows().getFirst();
        assertThat(List.of(row.traceId(), row.spanId(), row.parentSpanId(), row.traceState(), row.name())).containsExactly(TRACE, SPAN, PARENT, "vendor=1", "GET /cart");
        assertThat(row.flags()).isEqualTo(0x301);
        assertThat(row.kind()).isEqualTo(2);
        assertThat(row.timestampMicros()).isEqualTo(NOW_MICROS + 1);
        assertThat(row.receivedMicros()).isEqualTo(NOW_MICROS);
        assertThat(row.startTimeUnixNano()).isEqualTo(NOW_NANOS + 1_999);
        assertThat(row.endTimeUnixNano()).isEqualTo(NOW_NANOS + 5_000_000);
        assertThat(row.durationNanos()).hasValue(4_998_001);
        assertThat(row.statusCode()).isEqualTo(2);
        assertThat(row.statusMessage()).isEqualTo("timed out");
        assertThat(row.attributes().asMap()).hasToString("{a=x, http.status=200}");
        assertThat(row.attributes().types()).contains("si");
        assertThat(List.of(row.droppedAttributesCount(), row.droppedEventsCount(), row.droppedLinksCount())).containsExactly(0xFFFF_FFFFL, 2L, 3L);
        SpanRow.Event event = row.events().getFirst();
        assertThat(List.of(event.timeUnixNano(), event.name(), event.attributes().asMap(), event.droppedAttributesCount())).containsExactly(7L, "exception", Map.of("exception.message", "no"), 4L);
        SpanRow.Link link = row.links().getFirst();
        assertThat(List.of(link.traceId(), link.spanId(), link.traceState(), link.attributes().asMap(), link.attributes().types().orElseThrow(), link.droppedAttributesCount(), link.flags()))
                .containsExactly(TRACE, PARENT, "l=1", Map.of("b", "true"), "b", 5L, 0xFFFF_FFFFL);
        assertThat(row.residual()).isNull();
    }

    @Test
    void testDefaults()
    {
        SpanRow row = row(Span.getDefaultInstance());
        assertThat(row.traceId()).isNull();
        assertThat(row.spanId()).isNull();
        assertThat(row.parentSpanId()).isNull();
        assertThat(row.traceState()).isNull();
        assertThat(row.name()).isNull();
        assertThat(row.statusMessage()).isNull();
        assertThat(row.statusCode()).isZero();
        assertThat(row.events()).isEmpty();
        assertThat(row.links()).isEmpty();
        assertThat(row.durationNanos()).isEmpty();
        assertThat(row.timestampMicros()).isEqualTo(NOW_MICROS);
        SpanRow bare = row(Span.newBuilder().addEvents(Event.getDefaultInstance()).addLinks(Link.getDefaultInstance()).setStatus(Status.getDefaultInstance()).build());
        assertThat(bare.events()).containsExactly(new SpanRow.Event(0, null, row.attributes(), 0));
        assertThat(bare.links()).containsExactly(new SpanRow.Link(null, null, null, row.attributes(), 0, 0));
        assertThat(bare.residual()).isNull();
    }

    @Test
    void testTimes()
    {
        assertThat(times(NOW_NANOS - 5_001, NOW_NANOS)).isEqualTo(List.of(NOW_MICROS - 6, OptionalLong.of(5_001)));
        assertThat(times(NOW_NANOS, NOW_NANOS - 3)).as("end before start").isEqualTo(List.of(NOW_MICROS, OptionalLong.of(-3)));
        assertThat(times(0, NOW_NANOS)).isEqualTo(List.of(NOW_MICROS, OptionalLong.empty()));
        assertThat(times(NOW_NANOS - 9_000, 0)).as("not ended").isEqualTo(List.of(NOW_MICROS - 9, OptionalLong.empty()));
        assertThat(times(-2, -1)).as("64 bits").isEqualTo(List.of(NOW_MICROS, OptionalLong.of(1)));
        assertThat(times(1, -1)).as("farther apart than a long holds").isEqualTo(List.of(NOW_MICROS, OptionalLong.empty()));
        Instant backfilled = SpansDecoding.NOW.minus(Duration.ofDays(364));
        assertThat(times(ChronoUnit.NANOS.between(Instant.EPOCH, backfilled), 1).getFirst()).isEqualTo(ChronoUnit.MICROS.between(Instant.EPOCH, backfilled));
        DecodedRequest decoded = decode(request(Span.newBuilder().setStartTimeUnixNano(SpansDecoding.NOW.getEpochSecond()).setEndTimeUnixNano(SpansDecoding.NOW.getEpochSecond() + 1).build()));
        assertThat(decoded.acknowledgement().message()).isEqualTo("1 record with a time too far off, first resourceSpans/0/scopeSpans/0/spans/0: 1795262400 looks like seconds since 1970, " +
                "nanoseconds are expected; another time is the timestamp, the sent one is kept beside it");
        assertThat(rows(decoded).getFirst().durationNanos()).hasValue(1);
        assertThat(decoded.batch().times().clamped()).isEqualTo(1);
        assertThat(decoded.batch().times().anyGiven()).isTrue();
    }

    @Test
    void testWhatColumnsCannotGiveBackIsKept()
    {
        UnknownFieldSet unknown = UnknownFieldSet.newBuilder().addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build()).build();
        KeyValue odd = attribute("k", text("v")).toBuilder().setUnknownFields(unknown).build();
        KeyValue nan = attribute("k", AnyValue.newBuilder().setDoubleValue(Double.longBitsToDouble(0x7FF8_0000_0000_0001L)).build());
        List<KeyValue> twice = List.of(attribute("k", text("1")), attribute("k", text("2")));
        Map<Span, Integer> spans = Map.ofEntries(
                Map.entry(Span.newBuilder().setUnknownFields(unknown).build(), Reasons.UNKNOWN_FIELD),
                Map.entry(Span.newBuilder().setStatus(Status.newBuilder().setUnknownFields(unknown)).build(), Reasons.UNKNOWN_FIELD),
                Map.entry(Span.newBuilder().addEvents(Event.newBuilder().setUnknownFields(unknown)).build(), Reasons.UNKNOWN_FIELD),
                Map.entry(Span.newBuilder().addEvents(Event.newBuilder().addAttributes(odd)).build(), Reasons.UNKNOWN_FIELD),
                Map.entry(Span.newBuilder().addLinks(Link.newBuilder().setUnknownFields(unknown)).build(), Reasons.UNKNOWN_FIELD),
                Map.entry(Span.newBuilder().addLinks(Link.newBuilder().addAttributes(odd)).build(), Reasons.UNKNOWN_FIELD),
                Map.entry(Span.newBuilder().addAllAttributes(twice).build(), Reasons.DUPLICATE_KEY),
                Map.entry(Span.newBuilder().addEvents(Event.newBuilder().addAllAttributes(twice)).build(), Reasons.DUPLICATE_KEY),
                Map.entry(Span.newBuilder().addLinks(Link.newBuilder().addAllAttributes(twice)).build(), Reasons.DUPLICATE_KEY),
                Map.entry(Span.newBuilder().addAttributes(nan).build(), Reasons.NAN_PAYLOAD),
                Map.entry(Span.newBuilder().addEvents(Event.newBuilder().addAttributes(nan)).build(), Reasons.NAN_PAYLOAD),
                Map.entry(Span.newBuilder().addLinks(Link.newBuilder().addAttributes(nan)).build(), Reasons.NAN_PAYLOAD),
                Map.entry(Span.newBuilder().setTraceId(ByteString.copyFrom(new byte[16])).build(), Reasons.ID_FORM),
                Map.entry(Span.newBuilder().setParentSpanId(ByteString.copyFrom(new byte[8])).build(), Reasons.ID_FORM),
                Map.entry(Span.newBuilder().addLinks(Link.newBuilder().setSpanId(ByteString.copyFrom(new byte[8]))).build(), Reasons.ID_FORM));
        spans.forEach((span, reason) -> {
            List<SpanRow> rows = SpansDecoding.decode(request(Span.getDefaultInstance(), span, Span.getDefaultInstance())).rows();
            assertThat(StoredResidual.parse(rows.get(1).residual())).as("%s", span).isEqualTo(Residual.NONE.withRecord(span.toByteString(), reason));
            assertThat(rows.get(0).residual()).isNull();
            assertThat(rows.get(2).residual()).as("does not leak to the next one").isNull();
        });
    }

    @Test
    void testIdsOfOtherForms()
    {
        SpanRow shortOnes = row(Span.newBuilder().setTraceId(hex("00000000000000000123456789abcdef").substring(8)).setSpanId(hex("ab")).setParentSpanId(hex(TRACE)).build());
        assertThat(List.of(shortOnes.traceId(), shortOnes.spanId(), shortOnes.parentSpanId())).containsExactly("0123456789abcdef", "ab", TRACE);
        assertThat(shortOnes.residual()).as("the columns give them back").isNull();
        Span texts = Span.newBuilder().setTraceId(ByteString.copyFromUtf8(TRACE)).setSpanId(ByteString.copyFromUtf8(SPAN)).addLinks(Link.newBuilder().setTraceId(ByteString.copyFromUtf8(TRACE))).build();
        SpanRow spelled = row(texts);
        assertThat(List.of(spelled.traceId(), spelled.spanId(), spelled.links().getFirst().traceId())).containsExactly(TRACE, SPAN, TRACE);
        assertThat(StoredResidual.parse(spelled.residual()).record()).isEqualTo(texts.toByteString());
    }

    @Test
    void testListsAndTextsBeyondTheLimits()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 3, 10, 100, 1000, Duration.ofDays(30), Duration.ofDays(1));
        Span tooMuch = Span.newBuilder()
                .setName("a name that is cut")
                .addAllEvents(Collections.nCopies(4, Event.newBuilder().setName("12345678\u20AC").build()))
                .build();
        Span links = Span.newBuilder().addAllLinks(Collections.nCopies(4, Link.newBuilder().setFlags(1).build())).build();
        DecodedRequest decoded = SpansDecoding.decode(request(tooMuch, links, Span.newBuilder().setName("fits").build()).toByteArray(), Encoding.PROTOBUF, limits);
        List<SpanRow> rows = rows(decoded);
        assertThat(rows.get(0).name()).isEqualTo("a name tha");
        assertThat(rows.get(0).events()).extracting(SpanRow.Event::name).containsExactly("12345678", "12345678", "12345678");
        assertThat(rows.get(1).links()).hasSize(3);
        assertThat(StoredResidual.parse(rows.get(0).residual())).isEqualTo(Residual.NONE.withRecord(tooMuch.toByteString(), Reasons.SHORTENED));
        assertThat(StoredResidual.parse(rows.get(1).residual())).isEqualTo(Residual.NONE.withRecord(links.toByteString(), Reasons.SHORTENED));
        assertThat(rows.get(2).residual()).isNull();
        assertThat(decoded.acknowledgement().message()).startsWith("2 records with more than the columns take, first resourceSpans/0/scopeSpans/0/spans/0;");
    }

    /**
     * Events and links are no way around the limit on values.
     */
    @Test
    void testManyEventsOfARequest()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 100, 1000, 100, 500, Duration.ofDays(365), Duration.ofDays(1));
        Span span = Span.newBuilder().addAllEvents(Collections.nCopies(50, Event.getDefaultInstance())).addAllLinks(Collections.nCopies(50, Link.getDefaultInstance())).build();
        assertThat(rows(SpansDecoding.decode(request(Collections.nCopies(5, span)).toByteArray(), Encoding.PROTOBUF, limits))).hasSize(5);
        byte[] tooMany = request(Collections.nCopies(6, span)).toByteArray();
        assertThatThrownBy(() -> SpansDecoding.decode(tooMany, Encoding.PROTOBUF, limits))
                .isInstanceOf(RefusedException.class)
                .hasMessage("Cannot decode request: with those of resource and scope on each record it holds more than 500 attribute values");
        DecodedRequest messages = SpansDecoding.decode(request(Span.newBuilder().addAllEvents(Collections.nCopies(1001, Event.getDefaultInstance())).build(), span).toByteArray(), Encoding.PROTOBUF, limits);
        assertThat(messages.acknowledgement()).isEqualTo(new Acknowledgement(1, "1 record not stored, first resourceSpans/0/scopeSpans/0/spans/0: it holds more than 1000 attributes and values"));
    }

    @Test
    @OtlpRow(30)
    void testTextsCutInTheMiddleOfACharacter()
    {
        ByteString cut = ByteString.copyFrom(new byte[] {'c', 'u', 't', (byte) 0xE2, (byte) 0x82});
        ByteString attribute = new WireMessage().string(1, "k").bytes(2, new WireMessage().bytes(1, cut).toByteString()).toByteString();
        Map<String, ByteString> spans = Map.of(
                "name", new WireMessage().bytes(5, cut).toByteString(),
                "trace state", new WireMessage().bytes(3, cut).toByteString(),
                "status message", new WireMessage().bytes(15, new WireMessage().bytes(2, cut).toByteString()).toByteString(),
                "attribute", new WireMessage().bytes(9, attribute).toByteString(),
                "event name", new WireMessage().bytes(11, new WireMessage().bytes(2, cut).toByteString()).toByteString(),
                "event attribute", new WireMessage().bytes(11, new WireMessage().bytes(3, attribute).toByteString()).toByteString(),
                "link trace state", new WireMessage().bytes(13, new WireMessage().bytes(3, cut).toByteString()).toByteString(),
                "link attribute", new WireMessage().bytes(13, new WireMessage().bytes(4, attribute).toByteString()).toByteString());
        spans.forEach((place, span) -> {
            DecodedRequest decoded = SpansDecoding.decode(inScope(named("before"), span, named("after")), Encoding.PROTOBUF, DecodeLimits.DEFAULT);
            assertThat(decoded.acknowledgement()).as(place).isEqualTo(new Acknowledgement(
                    0,
                    "1 record with text that is not UTF-8, first resourceSpans/0/scopeSpans/0/spans/1; stored with U+FFFD, what was sent is kept in otlp_residual"));
            assertThat(rows(decoded)).extracting(SpanRow::name).as(place).containsExactly("before", place.equals("name") ? "cut\uFFFD" : null, "after");
            SpanRow row = rows(decoded).get(1);
            assertThat(row.toString()).as(place).contains("cut\uFFFD");
            assertThat(StoredResidual.parse(row.residual())).as(place).isEqualTo(Residual.NONE.withRecord(span, Reasons.INVALID_UTF8));
            assertThat(rows(decoded).get(2).residual()).as(place).isNull();
        });
    }

    @Test
    @OtlpRow(6)
    void testBadSpanCostsNoNeighbour()
    {
        AnyValue deep = text("leaf");
        for (int i = 1; i < 65; i++) {
            deep = AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(deep)).build();
        }
        List<ByteString> spans = new ArrayList<>(Collections.nCopies(7, named("good")));
        for (ByteString bad : List.of(
                ByteString.copyFrom(new byte[] {4}),
                named("cut").substring(0, 3),
                Span.newBuilder().addEvents(Event.newBuilder().addAttributes(attribute("k", deep))).build().toByteString(),
                new WireMessage().bytes(13, ByteString.copyFrom(new byte[] {(byte) 0xFF})).toByteString())) {
            List<ByteString> all = new ArrayList<>(spans);
            all.add(bad);
            all.add(named("after"));
            DecodedRequest decoded = SpansDecoding.decode(inScope(all.toArray(ByteString[]::new)), Encoding.PROTOBUF, DecodeLimits.DEFAULT);
            assertThat(rows(decoded)).hasSize(8).extracting(SpanRow::name).endsWith("good", "after");
            assertThat(decoded.acknowledgement().rejectedRecords()).isEqualTo(1);
            assertThat(decoded.acknowledgement().message()).startsWith("1 record not stored, first resourceSpans/0/scopeSpans/0/spans/7: ");
        }
    }

    @Test
    @OtlpRow(17)
    void testJson()
    {
        SpanRow row = rows(json("{\"traceId\":\"%s\",\"spanId\":\"%s\",\"parentSpanId\":\"%s\",\"name\":\"n\",\"kind\":\"SPAN_KIND_CLIENT\",\"startTimeUnixNano\":\"%s\",\"endTimeUnixNano\":%s,"
                .formatted(TRACE.toUpperCase(Locale.ROOT), SPAN, PARENT, NOW_NANOS, NOW_NANOS + 1) +
                "\"status\":{\"code\":\"STATUS_CODE_OK\"},\"links\":[{\"traceId\":\"%s\",\"spanId\":\"%s\",\"flags\":257}],\"events\":[{\"name\":\"e\",\"timeUnixNano\":\"1\"}]}".formatted(TRACE, PARENT))).getFirst();
        assertThat(List.of(row.traceId(), row.spanId(), row.parentSpanId(), row.kind(), row.statusCode())).containsExactly(TRACE, SPAN, PARENT, 3, 1);
        assertThat(row.durationNanos()).hasValue(1);
        assertThat(row.links()).extracting(SpanRow.Link::traceId, SpanRow.Link::spanId, SpanRow.Link::flags).containsExactly(tuple(TRACE, PARENT, 257L));
        assertThat(row.events()).extracting(SpanRow.Event::name).containsExactly("e");
        assertThat(rows(json("{\"kind\":3,\"status\":{\"code\":2}}", "{\"kind\":\"3\",\"status\":{\"code\":\"2\"}}", "{\"kind\":99,\"status\":{\"code\":-7}}", "{\"status\":null,\"links\":null}")))
                .extracting(SpanRow::kind, SpanRow::statusCode)
                .containsExactly(
                        tuple(3, 2),
                        tuple(3, 2),
                        tuple(99, -7),
                        tuple(0, 0));
    }

    @Test
    @OtlpRow({6, 17})
    void testJsonBeyondItsTypes()
    {
        Map<String, String> wrong = Map.of(
                "\"startTimeUnixNano\":\"18446744073709551616\"", "startTimeUnixNano is not an integer from 0 to 18446744073709551615",
                "\"endTimeUnixNano\":-1", "endTimeUnixNano is not an integer from 0 to 18446744073709551615",
                "\"kind\":2147483648", "kind is not an integer from -2147483648 to 2147483647",
                "\"kind\":\"server\"", "kind is not an integer",
                "\"status\":{\"code\":\"ERROR\"}", "status/code is not an integer",
                "\"traceId\":\"S/kvNXezTaajzpKdDg5HNg==\"", "traceId is not hex digits",
                "\"droppedEventsCount\":4294967296", "droppedEventsCount is not an integer from 0 to 4294967295",
                "\"links\":[{},{\"spanId\":\"xyz\"}]", "links/1/spanId is not hex digits",
                "\"events\":[{\"attributes\":[{\"key\":\"k\",\"value\":{\"intValue\":\"1.5\"}}]}]", "events/0/attributes/0/value/intValue is not an integer");
        wrong.forEach((field, reason) -> {
            DecodedRequest decoded = json("{\"name\":\"before\"}", "{\"name\":\"bad\"," + field + "}", "{\"name\":\"after\"}");
            assertThat(rows(decoded)).as(field).extracting(SpanRow::name).containsExactly("before", "after");
            assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(1, "1 record not stored, first resourceSpans/0/scopeSpans/0/spans/1: " + reason));
        });
        SpanRow script = rows(json("{\"name\":\"cut \\ud83d\",\"startTimeUnixNano\":18446744073709551615,\"attributes\":[{\"key\":\"e21\",\"value\":{\"intValue\":1e+21}},{\"key\":\"huge\",\"value\":{\"intValue\":9223372036854776000}}]}")).getFirst();
        assertThat(script.name()).isEqualTo("cut \uFFFD");
        assertThat(script.startTimeUnixNano()).isEqualTo(-1);
        assertThat(script.attributes().asMap()).isEqualTo(Map.of("e21", "1.0E21", "huge", Double.toString(0x1p63)));
        assertThat(script.attributes().types()).contains("dd");
        assertThat(json("{\"name\":\"snake\",\"start_time_unix_nano\":\"1\"}").acknowledgement().message())
                .contains("'start_time_unix_nano' at /resourceSpans/0/scopeSpans/0/spans/0/start_time_unix_nano", "'startTimeUnixNano'");
    }

    @Test
    void testHugeAndRepetitiveBatch()
    {
        Span span = Span.newBuilder().setName("poll").addEvents(Event.newBuilder().setName("exception").addAttributes(attribute("exception.stacktrace", text("at x\n".repeat(100))))).build();
        List<SpanRow> rows = SpansDecoding.decode(request(Collections.nCopies(20_000, span))).rows();
        assertThat(rows).hasSize(20_000).allMatch(row -> row.events().size() == 1 && row.residual() == null);
    }

    @Test
    void testNothingThatCanBeStoredIsNoSuccess()
    {
        assertThatThrownBy(() -> json("{\"kind\":\"x\"}")).isInstanceOf(RefusedException.class).hasMessage("Cannot decode request: resourceSpans/0/scopeSpans/0/spans/0: kind is not an integer");
        assertThatThrownBy(() -> SpansDecoding.decode("hello, world".getBytes(UTF_8), Encoding.PROTOBUF, DecodeLimits.DEFAULT)).isInstanceOf(RefusedException.class);
        assertThat(SpansDecoding.decode(ExportTraceServiceRequest.getDefaultInstance()).rows()).isEmpty();
    }

    private static DecodedRequest json(String... spans)
    {
        return SpansDecoding.decode("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[%s]}]}]}".formatted(String.join(",", spans)).getBytes(UTF_8), Encoding.JSON, DecodeLimits.DEFAULT);
    }

    private static DecodedRequest decode(Message request)
    {
        return SpansDecoding.decode(request.toByteArray(), Encoding.PROTOBUF, DecodeLimits.DEFAULT);
    }

    private static List<SpanRow> rows(DecodedRequest decoded)
    {
        return ((SpanBatch) decoded.batch()).rows();
    }

    private static SpanRow row(Span span)
    {
        return SpansDecoding.decode(request(span)).rows().getFirst();
    }

    private static List<Object> times(long start, long end)
    {
        SpanRow row = row(Span.newBuilder().setStartTimeUnixNano(start).setEndTimeUnixNano(end).build());
        return List.of(row.timestampMicros(), row.durationNanos());
    }

    private static byte[] inScope(ByteString... spans)
    {
        WireMessage scope = new WireMessage();
        for (ByteString span : spans) {
            scope.bytes(2, span);
        }
        return new WireMessage().bytes(1, new WireMessage().bytes(2, scope.toByteString()).toByteString()).toByteArray();
    }

    private static ByteString named(String name)
    {
        return Span.newBuilder().setName(name).build().toByteString();
    }

    private static ExportTraceServiceRequest request(Span... spans)
    {
        return request(List.of(spans));
    }

    private static ExportTraceServiceRequest request(List<Span> spans)
    {
        return ExportTraceServiceRequest.newBuilder().addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder().addAllSpans(spans))).build();
    }

    private static ByteString hex(String id)
    {
        return ByteString.copyFrom(HexFormat.of().parseHex(id));
    }

    private static AnyValue text(String text)
    {
        return AnyValue.newBuilder().setStringValue(text).build();
    }

    private static KeyValue attribute(String key, AnyValue value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(value).build();
    }
}
