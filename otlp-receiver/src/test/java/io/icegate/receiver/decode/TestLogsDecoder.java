package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.icegate.receiver.OtlpRow;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestLogsDecoder
{
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final BatchId ID = new BatchId(1, 2);

    @Test
    void testColumns()
    {
        LogRecord record = LogRecord.newBuilder()
                .setTimeUnixNano(nanos(NOW) + 1999)
                .setObservedTimeUnixNano(7)
                .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_INFO)
                .setSeverityText("INFO")
                .setBody(text("hello"))
                .addAttributes(attribute("b", AnyValue.newBuilder().setIntValue(-42).build()))
                .addAttributes(attribute("a", text("x")))
                .setDroppedAttributesCount(-1)
                .setFlags(0x101)
                .setTraceId(ByteString.copyFrom(HexFormat.of().parseHex("4bf92f3577b34da6a3ce929d0e0e4736")))
                .setSpanId(ByteString.copyFrom(HexFormat.of().parseHex("00f067aa0ba902b7")))
                .setEventName("login")
                .build();
        ExportLogsServiceRequest request = request(
                Resource.newBuilder().addAttributes(attribute("service.name", text("shop"))).addAttributes(attribute("service.instance.id", AnyValue.newBuilder().setIntValue(3).build())).build(),
                InstrumentationScope.newBuilder().setName("scope").setVersion("1").build(),
                List.of(record));
        LogBatch logs = decode(request);
        assertThat(logs.id()).isEqualTo(ID);
        assertThat(logs.tenant()).isEqualTo("tenant");
        assertThat(logs.requestBytes()).isEqualTo(request.getSerializedSize());
        LogRow row = logs.rows().get(0);
        assertThat(row.resource().serviceName()).isEqualTo("shop");
        assertThat(row.resource().serviceNamespace()).isNull();
        assertThat(row.resource().serviceInstanceId()).isEqualTo("3");
        assertThat(row.scope().name()).isEqualTo("scope");
        assertThat(row.timestampMicros()).isEqualTo(micros(NOW) + 1);
        assertThat(row.receivedMicros()).isEqualTo(micros(NOW));
        assertThat(row.observedTimeUnixNano()).isEqualTo(7);
        assertThat(row.severityText()).isEqualTo("INFO");
        assertThat(row.eventName()).isEqualTo("login");
        assertThat(row.body()).isEqualTo(new CanonicalText('s', "hello"));
        assertThat(row.attributes().asMap().toString()).isEqualTo("{a=x, b=-42}");
        assertThat(row.attributes().types()).isEqualTo(Optional.of("si"));
        assertThat(row.droppedAttributesCount()).isEqualTo(0xFFFF_FFFFL);
        assertThat(row.flags()).isEqualTo(0x101);
        assertThat(row.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(row.spanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(row.residual()).isNull();
    }

    @Test
    void testTimestamp()
    {
        assertThat(timestamp(0, 0)).isEqualTo(micros(NOW));
        assertThat(timestamp(0, nanos(NOW) - 5000)).isEqualTo(micros(NOW) - 5);
        assertThat(timestamp(nanos(NOW) - 5001, 1)).isEqualTo(micros(NOW) - 6);
        Instant earliest = NOW.minus(Duration.ofDays(365));
        assertThat(timestamp(nanos(earliest), 0)).isEqualTo(micros(earliest));
        assertThat(timestamp(nanos(earliest) - 1, 0)).isEqualTo(micros(NOW));
        Instant latest = NOW.plus(Duration.ofDays(1));
        assertThat(timestamp(nanos(latest) + 999, 0)).isEqualTo(micros(latest));
        assertThat(timestamp(nanos(latest) + 1000, 0)).isEqualTo(micros(NOW));
        assertThat(timestamp(-1, 0)).isEqualTo(micros(NOW));
    }

    @Test
    void testObservedTimeBeforeTimeOfReceipt()
    {
        long observed = nanos(NOW) - 5000;
        assertThat(timestamp(1, observed)).isEqualTo(micros(NOW) - 5);
        assertThat(timestamp(-1, observed)).isEqualTo(micros(NOW) - 5);
        assertThat(timestamp(1, -1)).isEqualTo(micros(NOW));
        assertThat(timestamp(0, 1)).isEqualTo(micros(NOW));
    }

    @Test
    void testTimesOfOneYearBackAreKept()
    {
        Instant backfilled = NOW.minus(Duration.ofDays(31));
        assertThat(timestamp(nanos(backfilled), 0)).isEqualTo(micros(backfilled));
        DecodeLimits month = new DecodeLimits(64, 1000, 10, 1000, 100, 1000, Duration.ofDays(30), Duration.ofDays(1));
        LogRecord record = LogRecord.newBuilder().setTimeUnixNano(nanos(backfilled)).build();
        assertThat(LogsDecoding.decode(records(List.of(record)).toByteArray(), ID, "t", NOW, month).rows().get(0).timestampMicros()).isEqualTo(micros(NOW));
    }

    @Test
    void testTimesFarOffAreTold()
    {
        assertThat(message(
                LogRecord.getDefaultInstance(),
                LogRecord.newBuilder().setTimeUnixNano(nanos(NOW)).build(),
                LogRecord.newBuilder().setTimeUnixNano(1).build(),
                LogRecord.newBuilder().setObservedTimeUnixNano(-1).build()))
                .isEqualTo("2 records with a time too far off, first resourceLogs/0/scopeLogs/0/logRecords/2: 1970-01-01T00:00:00Z is more than 365 days back; " +
                        "another time is the timestamp, the sent one is kept beside it");
        assertThat(message(LogRecord.newBuilder().setTimeUnixNano(NOW.getEpochSecond()).build())).contains("1795262400 looks like seconds since 1970, nanoseconds are expected");
        assertThat(message(LogRecord.newBuilder().setTimeUnixNano(NOW.toEpochMilli()).build())).contains("1795262400000 looks like milliseconds since 1970");
        assertThat(message(LogRecord.newBuilder().setTimeUnixNano(micros(NOW)).build())).contains("1795262400000000 looks like microseconds since 1970");
        assertThat(message(LogRecord.newBuilder().setTimeUnixNano(-1).build())).contains("2554-07-21T23:34:33.709551Z is more than 1 days ahead");
        assertThat(message(LogRecord.newBuilder().setTimeUnixNano(nanos(NOW)).build())).isEmpty();
    }

    @Test
    @OtlpRow(15)
    void testMalformed()
    {
        byte[] good = records(List.of(LogRecord.newBuilder().setSeverityText("INFO").build())).toByteArray();
        for (int length = 1; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> decode(cut))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageStartingWith("Cannot decode request: it is no valid protobuf message: ");
        }
        assertThatThrownBy(() -> decode("hello, world".getBytes(UTF_8))).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> decode(new byte[] {4})).isInstanceOf(RefusedException.class);
    }

    @Test
    @OtlpRow(30)
    void testInvalidUtf8()
            throws Exception
    {
        for (String bytes : List.of("ff", "c0af", "eda080", "e28a", "f4908080")) {
            ByteString text = ByteString.copyFrom(HexFormat.of().parseHex(bytes));
            byte[] key = new WireMessage().bytes(1, text).toByteArray();
            byte[] value = new WireMessage().string(1, "k").bytes(2, new WireMessage().bytes(1, text).toByteString()).toByteArray();
            for (byte[] attribute : List.of(key, value)) {
                ByteString bad = new WireMessage().bytes(6, ByteString.copyFrom(attribute)).string(3, "WARN").toByteString();
                DecodedRequest decoded = decodeRequest(inScope(record("before"), bad, record("after")));
                assertThat(rows(decoded)).extracting(LogRow::body).containsExactly(new CanonicalText('s', "before"), null, new CanonicalText('s', "after"));
                assertThat(rows(decoded)).extracting(LogRow::residual).element(0).isNull();
                assertThat(rows(decoded)).extracting(LogRow::residual).element(2).isNull();
                LogRow row = rows(decoded).get(1);
                assertThat(row.severityText()).isEqualTo("WARN");
                assertThat(row.attributes().asMap().toString()).contains("\uFFFD");
                Residual residual = StoredResidual.parse(row.residual());
                assertThat(residual.record()).isEqualTo(bad);
                assertThat(residual.reasons()).isEqualTo(Reasons.INVALID_UTF8);
                assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                        0,
                        "1 record with text that is not UTF-8, first resourceLogs/0/scopeLogs/0/logRecords/1; stored with U+FFFD, what was sent is kept in otlp_residual"));
            }
        }
    }

    @Test
    @OtlpRow(30)
    void testInvalidUtf8AroundRecords()
            throws Exception
    {
        ByteString text = ByteString.copyFrom(new byte[] {'a', (byte) 0xFF, 'b'});
        ByteString resource = new WireMessage().bytes(1, new WireMessage().string(1, "k").bytes(2, new WireMessage().bytes(1, text).toByteString()).toByteString()).toByteString();
        ByteString scope = new WireMessage().bytes(1, text).toByteString();
        ByteString scopeLogs = new WireMessage().bytes(1, scope).bytes(2, record("one")).bytes(2, record("two")).bytes(3, text).toByteString();
        DecodedRequest decoded = decodeRequest(new WireMessage().bytes(1, new WireMessage().bytes(1, resource).bytes(2, scopeLogs).bytes(3, text).toByteString()).toByteArray());
        assertThat(rows(decoded)).hasSize(2).allSatisfy(row -> {
            assertThat(row.resource().attributes().asMap().toString()).isEqualTo("{k=a\uFFFDb}");
            assertThat(row.resource().schemaUrl()).isEqualTo("a\uFFFDb");
            assertThat(row.scope().name()).isEqualTo("a\uFFFDb");
            assertThat(row.scope().schemaUrl()).isEqualTo("a\uFFFDb");
            Residual residual = StoredResidual.parse(row.residual());
            assertThat(residual.record()).isEmpty();
            assertThat(residual.resource()).isEqualTo(resource);
            assertThat(residual.scope()).isEqualTo(scope);
            assertThat(residual.resourceEnvelope()).isEqualTo(new WireMessage().bytes(3, text).toByteString());
            assertThat(residual.scopeEnvelope()).isEqualTo(new WireMessage().bytes(3, text).toByteString());
            assertThat(residual.reasons() & Reasons.INVALID_UTF8).isNotZero();
        });
        assertThat(decoded.acknowledgement().rejectedRecords()).isZero();
        assertThat(decoded.acknowledgement().message()).startsWith("4 records with text that is not UTF-8, first resourceLogs/0;");
    }

    @Test
    @OtlpRow(6)
    void testBadRecordCostsNoNeighbour()
    {
        ByteString cut = new WireMessage().bytes(5, record("x")).toByteString().substring(0, 4);
        ByteString tag = ByteString.copyFrom(new byte[] {4});
        ByteString deep = LogRecord.newBuilder().setBody(nestedArray(65)).build().toByteString();
        for (ByteString bad : List.of(cut, tag, deep)) {
            DecodedRequest decoded = decodeRequest(inScope(record("before"), bad, record("after"), bad));
            assertThat(rows(decoded)).extracting(LogRow::body).containsExactly(new CanonicalText('s', "before"), new CanonicalText('s', "after"));
            assertThat(decoded.acknowledgement().rejectedRecords()).isEqualTo(2);
            assertThat(decoded.acknowledgement().message()).startsWith("2 records not stored, first resourceLogs/0/scopeLogs/0/logRecords/1: ");
            assertThatThrownBy(() -> decode(inScope(bad, bad)))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageStartingWith("Cannot decode request: resourceLogs/0/scopeLogs/0/logRecords/0: ");
        }
    }

    @Test
    void testBadResourceOrScopeCostsItsRecords()
    {
        ByteString bad = ByteString.copyFrom(new byte[] {4});
        ByteString scopeLogs = new WireMessage().bytes(2, record("a")).bytes(2, record("b")).toByteString();
        ByteString badScope = new WireMessage().bytes(1, bad).bytes(2, record("c")).toByteString();
        byte[] request = new WireMessage()
                .bytes(1, new WireMessage().bytes(1, bad).bytes(2, scopeLogs).bytes(2, scopeLogs).toByteString())
                .bytes(1, new WireMessage().bytes(2, badScope).bytes(2, scopeLogs).toByteString())
                .toByteArray();
        DecodedRequest decoded = decodeRequest(request);
        assertThat(rows(decoded)).hasSize(2);
        assertThat(decoded.acknowledgement().rejectedRecords()).isEqualTo(5);
        assertThat(decoded.acknowledgement().message()).startsWith("5 records not stored, first resourceLogs/0: ");
    }

    @Test
    @OtlpRow(31)
    void testNesting()
    {
        assertThat(decode(records(List.of(LogRecord.newBuilder().setBody(nestedArray(64)).build()))).rows()).hasSize(1);
        assertThat(decode(records(List.of(LogRecord.newBuilder().setBody(nestedMap(64)).build()))).rows()).hasSize(1);
        for (AnyValue tooDeep : List.of(nestedArray(65), nestedMap(65))) {
            assertThatThrownBy(() -> decode(records(List.of(LogRecord.newBuilder().setBody(tooDeep).build()))))
                    .isInstanceOf(RefusedException.class)
                    .hasMessage("Cannot decode request: resourceLogs/0/scopeLogs/0/logRecords/0: values are nested deeper than 64 levels");
        }
        ByteString bomb = ByteString.EMPTY;
        for (int i = 0; i < 10_000; i++) {
            bomb = new WireMessage().bytes(5, new WireMessage().bytes(1, bomb).toByteString()).toByteString();
        }
        byte[] request = inRecord(new WireMessage().bytes(5, bomb));
        assertThatThrownBy(() -> decode(request))
                .isInstanceOf(RefusedException.class)
                .hasMessage("Cannot decode request: resourceLogs/0/scopeLogs/0/logRecords/0: values are nested deeper than 64 levels");
    }

    @Test
    void testAttributeCount()
    {
        LogRecord most = LogRecord.newBuilder().addAllAttributes(Collections.nCopies(10_000, KeyValue.getDefaultInstance())).build();
        assertThat(decode(records(List.of(most))).rows()).hasSize(1);
        LogRecord more = most.toBuilder().clearAttributes().addAllAttributes(IntStream.range(0, 10_001).mapToObj(i -> attribute("k" + i, text("v"))).toList()).build();
        DecodedRequest decoded = decodeRequest(records(List.of(more, LogRecord.getDefaultInstance())).toByteArray());
        LogRow row = rows(decoded).get(0);
        assertThat(row.attributes().size()).isEqualTo(10_000);
        assertThat(row.attributes().find("k9999")).contains("v");
        assertThat(row.attributes().find("k10000")).isEmpty();
        assertThat(StoredResidual.parse(row.residual())).isEqualTo(Residual.NONE.withRecord(more.toByteString(), Reasons.SHORTENED));
        assertThat(rows(decoded).get(1).residual()).isNull();
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                0,
                "1 record with more than the columns take, first resourceLogs/0/scopeLogs/0/logRecords/0; the columns hold less, what was sent is kept in otlp_residual"));
    }

    @Test
    void testLongTexts()
            throws Exception
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 10, 10, 100, 1000, Duration.ofDays(30), Duration.ofDays(1));
        AnyValue list = AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addAllValues(Collections.nCopies(9, text("x")))).build();
        LogRecord longOnes = LogRecord.newBuilder()
                .setBody(text("12345678\u20AC"))
                .setSeverityText("severe enough")
                .setEventName("an event name")
                .addAttributes(attribute("fits", text("123456\uD83D\uDE80")))
                .addAttributes(attribute("long", text("1234567\uD83D\uDE80")))
                .addAttributes(attribute("list", list))
                .addAttributes(attribute("longer than that", AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(new byte[9])).build()))
                .build();
        DecodedRequest decoded = OtlpRequestDecoder.logs(limits, InstantSource.fixed(NOW)).decode(records(List.of(longOnes, longOnes)).toByteArray(), Encoding.PROTOBUF, ID, "t");
        assertThat(rows(decoded)).hasSize(2).allSatisfy(row -> {
            assertThat(row.body()).isEqualTo(new CanonicalText('s', "12345678"));
            assertThat(row.severityText()).isEqualTo("severe eno");
            assertThat(row.eventName()).isEqualTo("an event n");
            assertThat(row.attributes().asMap().toString()).isEqualTo("{fits=123456\uD83D\uDE80, list=[\"x\",\"x\",\", long=1234567, longer tha=AAAAAAAAAA}");
            assertThat(row.attributes().types()).isEmpty();
            assertThat(StoredResidual.parse(row.residual())).isEqualTo(Residual.NONE.withRecord(longOnes.toByteString(), Reasons.SHORTENED));
        });
    }

    @Test
    void testLongEntityReferences()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 3, 10, 100, 1000, Duration.ofDays(30), Duration.ofDays(1));
        EntityRef longOne = EntityRef.newBuilder()
                .setSchemaUrl("https://one.example")
                .setType("a type of entity")
                .addIdKeys("service.name")
                .addIdKeys("k8s")
                .addAllDescriptionKeys(List.of("1", "2", "3", "4"))
                .build();
        Resource resource = Resource.newBuilder().addAllEntityRefs(List.of(longOne, EntityRef.newBuilder().setType("b").build(), EntityRef.getDefaultInstance(), longOne)).build();
        byte[] request = request(resource, InstrumentationScope.getDefaultInstance(), List.of(LogRecord.getDefaultInstance())).toByteArray();
        DecodedRequest decoded = OtlpRequestDecoder.logs(limits, InstantSource.fixed(NOW)).decode(request, Encoding.PROTOBUF, ID, "t");
        LogRow row = rows(decoded).getFirst();
        assertThat(row.resource().entityRefs()).containsExactly(
                new io.icegate.schema.EntityRef("https://on", "a type of ", List.of("service.na", "k8s"), List.of("1", "2", "3")),
                new io.icegate.schema.EntityRef(null, "b", List.of(), List.of()),
                new io.icegate.schema.EntityRef(null, null, List.of(), List.of()));
        assertThat(StoredResidual.parse(row.residual())).isEqualTo(Residual.NONE.withResource(resource.toByteString(), Reasons.SHORTENED));
        assertThat(decoded.acknowledgement().message()).startsWith("1 record with more than the columns take, first resourceLogs/0;");
    }

    /**
     * Each record repeats them.
     */
    @Test
    void testRepeatedEntityReferences()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 10, 1000, 1000, 500, Duration.ofDays(365), Duration.ofDays(1));
        Resource resource = Resource.newBuilder().addEntityRefs(EntityRef.newBuilder().addIdKeys("a").addIdKeys("b").addDescriptionKeys("c").addDescriptionKeys("d")).build();
        byte[] most = request(resource, InstrumentationScope.getDefaultInstance(), Collections.nCopies(100, LogRecord.getDefaultInstance())).toByteArray();
        assertThat(LogsDecoding.decode(most, ID, "t", NOW, limits).rows()).hasSize(100);
        byte[] tooMany = request(resource, InstrumentationScope.getDefaultInstance(), Collections.nCopies(101, LogRecord.getDefaultInstance())).toByteArray();
        assertThatThrownBy(() -> LogsDecoding.decode(tooMany, ID, "t", NOW, limits))
                .hasMessage("Cannot decode request: with those of resource and scope on each record it holds more than 500 attribute values");
    }

    @Test
    void testManyMessages()
    {
        DecodeLimits limits = new DecodeLimits(64, 100, 1000, 1000, 100, 1000, Duration.ofDays(30), Duration.ofDays(1));
        LogRecord most = LogRecord.newBuilder().addAllAttributes(Collections.nCopies(100, KeyValue.getDefaultInstance())).build();
        LogRecord tooMany = most.toBuilder().addAttributes(KeyValue.getDefaultInstance()).build();
        DecodedRequest decoded = OtlpRequestDecoder.logs(limits, InstantSource.fixed(NOW)).decode(records(List.of(most, tooMany)).toByteArray(), Encoding.PROTOBUF, ID, "t");
        assertThat(rows(decoded)).hasSize(1);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                1,
                "1 record not stored, first resourceLogs/0/scopeLogs/0/logRecords/1: it holds more than 100 attributes and values"));
    }

    @Test
    void testRecordCount()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 10, 1000, 100, 1000, Duration.ofDays(365), Duration.ofDays(1));
        List<LogRecord> most = Collections.nCopies(100, LogRecord.getDefaultInstance());
        assertThat(LogsDecoding.decode(records(most).toByteArray(), ID, "t", NOW, limits).rows()).hasSize(100);
        byte[] tooMany = records(Collections.nCopies(101, LogRecord.getDefaultInstance())).toByteArray();
        assertThatThrownBy(() -> LogsDecoding.decode(tooMany, ID, "t", NOW, limits))
                .hasMessage("Cannot decode request: it holds more than 100 records");
        byte[] group = new WireMessage().group(999).toByteArray();
        byte[] hidden = ByteString.copyFrom(group).concat(ByteString.copyFrom(tooMany)).toByteArray();
        assertThatThrownBy(() -> LogsDecoding.decode(hidden, ID, "t", NOW, limits))
                .hasMessage("Cannot decode request: it holds more than 100 records");
    }

    @Test
    void testRepeatedResourceAttributes()
    {
        DecodeLimits limits = new DecodeLimits(64, 1000, 10, 1000, 1000, 500, Duration.ofDays(365), Duration.ofDays(1));
        Resource resource = Resource.newBuilder().addAllAttributes(IntStream.range(0, 5).mapToObj(i -> attribute("k" + i, text("v"))).toList()).build();
        byte[] most = request(resource, InstrumentationScope.getDefaultInstance(), Collections.nCopies(100, LogRecord.getDefaultInstance())).toByteArray();
        assertThat(LogsDecoding.decode(most, ID, "t", NOW, limits).rows()).hasSize(100);
        byte[] tooMany = request(resource, InstrumentationScope.getDefaultInstance(), Collections.nCopies(101, LogRecord.getDefaultInstance())).toByteArray();
        assertThatThrownBy(() -> LogsDecoding.decode(tooMany, ID, "t", NOW, limits))
                .hasMessage("Cannot decode request: with those of resource and scope on each record it holds more than 500 attribute values");
    }

    /**
     * A file stores texts that are too large for its dictionary with each row.
     */
    @Test
    void testRepeatedTexts()
    {
        List<KeyValue> attributes = IntStream.range(0, 4).mapToObj(i -> attribute("k" + i, text("x".repeat(2 * 1024 * 1024)))).toList();
        ByteString resource = Resource.newBuilder().addAllAttributes(attributes).build().toByteString();
        ByteString first = new WireMessage().bytes(1, InstrumentationScope.newBuilder().setName("first").build().toByteString()).bytes(2, ByteString.EMPTY).toByteString();
        ByteString half = new WireMessage().bytes(2, ByteString.EMPTY).bytes(2, ByteString.EMPTY).toByteString();
        WireMessage resourceLogs = new WireMessage().bytes(1, resource).bytes(2, first);
        for (int i = 0; i < 20; i++) {
            resourceLogs.bytes(2, half);
        }
        DecodedRequest decoded = decodeRequest(new WireMessage().bytes(1, resourceLogs.toByteString()).toByteArray());
        assertThat(rows(decoded).size()).isEqualTo(31);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                10,
                "10 records not stored, first resourceLogs/0/scopeLogs/16: what its 2 records repeat of what they share takes more than 268435456 bytes"));
    }

    @Test
    @OtlpRow(16)
    void testEmpty()
    {
        assertThat(decode(new byte[0]).rows()).isEmpty();
        assertThat(decode(ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.getDefaultInstance()).build()).rows()).isEmpty();
    }

    @Test
    @OtlpRow({28, 29})
    void testOutOfOrderAndMerged()
    {
        ByteString first = Resource.newBuilder().addAttributes(attribute("a", text("1"))).build().toByteString();
        ByteString second = Resource.newBuilder().addAttributes(attribute("b", text("2"))).setDroppedAttributesCount(3).build().toByteString();
        ByteString scopeLogs = new WireMessage()
                .bytes(2, ByteString.EMPTY)
                .bytes(1, InstrumentationScope.newBuilder().setName("late").build().toByteString())
                .toByteString();
        byte[] request = new WireMessage().bytes(1, new WireMessage().bytes(2, scopeLogs).bytes(1, first).bytes(1, second).toByteString()).toByteArray();
        LogRow row = decode(request).rows().get(0);
        assertThat(row.resource().attributes().asMap().toString()).isEqualTo("{a=1, b=2}");
        assertThat(row.resource().droppedAttributesCount()).isEqualTo(3);
        assertThat(row.scope().name()).isEqualTo("late");
    }

    private static ByteString record(String body)
    {
        return LogRecord.newBuilder().setBody(text(body)).build().toByteString();
    }

    private static byte[] inScope(ByteString... records)
    {
        WireMessage scope = new WireMessage();
        for (ByteString record : records) {
            scope.bytes(2, record);
        }
        return new WireMessage().bytes(1, new WireMessage().bytes(2, scope.toByteString()).toByteString()).toByteArray();
    }

    private static List<LogRow> rows(DecodedRequest decoded)
    {
        return ((LogBatch) decoded.batch()).rows();
    }

    private static String message(LogRecord... records)
    {
        return decodeRequest(records(List.of(records)).toByteArray()).acknowledgement().message();
    }

    private static DecodedRequest decodeRequest(byte[] request)
    {
        return OtlpRequestDecoder.logs(DecodeLimits.DEFAULT, InstantSource.fixed(NOW)).decode(request, Encoding.PROTOBUF, ID, "tenant");
    }

    private static byte[] inRecord(WireMessage record)
    {
        return new WireMessage().bytes(1, new WireMessage().bytes(2, new WireMessage().bytes(2, record.toByteString()).toByteString()).toByteString()).toByteArray();
    }

    private static AnyValue nestedArray(int depth)
    {
        AnyValue value = text("leaf");
        for (int i = 1; i < depth; i++) {
            value = AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(value)).build();
        }
        return value;
    }

    private static AnyValue nestedMap(int depth)
    {
        AnyValue.Builder value = text("leaf").toBuilder();
        for (int i = 1; i < depth; i++) {
            AnyValue.Builder outer = AnyValue.newBuilder();
            outer.getKvlistValueBuilder().addValuesBuilder().setKey("k").setValue(value);
            value = outer;
        }
        return value.build();
    }

    private static long timestamp(long time, long observed)
    {
        return decode(records(List.of(LogRecord.newBuilder().setTimeUnixNano(time).setObservedTimeUnixNano(observed).build()))).rows().get(0).timestampMicros();
    }

    private static long nanos(Instant instant)
    {
        return ChronoUnit.NANOS.between(Instant.EPOCH, instant);
    }

    private static long micros(Instant instant)
    {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static LogBatch decode(ExportLogsServiceRequest request)
    {
        return decode(request.toByteArray());
    }

    private static LogBatch decode(byte[] request)
    {
        return LogsDecoding.decode(request, ID, "tenant", NOW, DecodeLimits.DEFAULT);
    }

    private static ExportLogsServiceRequest records(List<LogRecord> records)
    {
        return request(Resource.getDefaultInstance(), InstrumentationScope.getDefaultInstance(), records);
    }

    private static ExportLogsServiceRequest request(Resource resource, InstrumentationScope scope, List<LogRecord> records)
    {
        return ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder()
                        .setResource(resource)
                        .addScopeLogs(ScopeLogs.newBuilder().setScope(scope).addAllLogRecords(records)))
                .build();
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
