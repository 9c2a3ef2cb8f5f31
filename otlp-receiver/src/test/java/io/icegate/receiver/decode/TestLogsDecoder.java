package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
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
        assertThat(row.ingestTimeMicros()).isEqualTo(micros(NOW));
        assertThat(row.observedTimeUnixNano()).isEqualTo(7);
        assertThat(row.severityText()).isEqualTo("INFO");
        assertThat(row.eventName()).isEqualTo("login");
        assertThat(row.body()).isEqualTo(new CanonicalText('s', "hello"));
        assertThat(row.attributes().asMap().toString()).isEqualTo("{a=x, b=-42}");
        assertThat(row.attributes().types()).isEqualTo(Optional.of("si"));
        assertThat(row.droppedAttributesCount()).isEqualTo(0xFFFF_FFFFL);
        assertThat(row.flags()).isEqualTo(0x101);
        assertThat(HexFormat.of().formatHex(row.traceId())).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(HexFormat.of().formatHex(row.spanId())).isEqualTo("00f067aa0ba902b7");
        assertThat(row.residual()).isNull();
    }

    @Test
    void testTimestamp()
    {
        assertThat(timestamp(0, 0)).isEqualTo(micros(NOW));
        assertThat(timestamp(0, nanos(NOW) - 5000)).isEqualTo(micros(NOW) - 5);
        assertThat(timestamp(nanos(NOW) - 5001, 1)).isEqualTo(micros(NOW) - 6);
        Instant earliest = NOW.minus(Duration.ofDays(30));
        assertThat(timestamp(nanos(earliest), 0)).isEqualTo(micros(earliest));
        assertThat(timestamp(nanos(earliest) - 1, 0)).isEqualTo(micros(NOW));
        Instant latest = NOW.plus(Duration.ofDays(1));
        assertThat(timestamp(nanos(latest) + 999, 0)).isEqualTo(micros(latest));
        assertThat(timestamp(nanos(latest) + 1000, 0)).isEqualTo(micros(NOW));
        assertThat(timestamp(-1, 0)).isEqualTo(micros(NOW));
    }

    @Test
    void testClampedRows()
    {
        assertThat(decode(records(List.of(
                LogRecord.getDefaultInstance(),
                LogRecord.newBuilder().setTimeUnixNano(nanos(NOW)).build(),
                LogRecord.newBuilder().setTimeUnixNano(1).build(),
                LogRecord.newBuilder().setObservedTimeUnixNano(-1).build()))).times().clamped()).isEqualTo(2);
    }

    @Test
    void testMalformed()
    {
        byte[] good = records(List.of(LogRecord.newBuilder().setSeverityText("INFO").build())).toByteArray();
        for (int length = 1; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> decode(cut))
                    .isInstanceOf(MalformedRequestException.class)
                    .hasMessageStartingWith("Cannot decode request: it is no valid protobuf message: ");
        }
        assertThatThrownBy(() -> decode("hello, world".getBytes(UTF_8))).isInstanceOf(MalformedRequestException.class);
        assertThatThrownBy(() -> decode(new byte[] {4})).isInstanceOf(MalformedRequestException.class);
    }

    @Test
    void testInvalidUtf8()
    {
        for (String bytes : List.of("ff", "c0af", "eda080", "e28a", "f4908080")) {
            ByteString text = ByteString.copyFrom(HexFormat.of().parseHex(bytes));
            byte[] key = new WireMessage().bytes(1, text).toByteArray();
            byte[] value = new WireMessage().string(1, "k").bytes(2, new WireMessage().bytes(1, text).toByteString()).toByteArray();
            for (byte[] attribute : List.of(key, value)) {
                assertThatThrownBy(() -> decode(inRecord(new WireMessage().bytes(6, ByteString.copyFrom(attribute)))))
                        .isInstanceOf(MalformedRequestException.class)
                        .hasMessageContaining("UTF-8");
            }
        }
    }

    @Test
    void testNesting()
    {
        assertThat(decode(records(List.of(LogRecord.newBuilder().setBody(nestedArray(64)).build()))).rows()).hasSize(1);
        assertThat(decode(records(List.of(LogRecord.newBuilder().setBody(nestedMap(64)).build()))).rows()).hasSize(1);
        for (AnyValue tooDeep : List.of(nestedArray(65), nestedMap(65))) {
            assertThatThrownBy(() -> decode(records(List.of(LogRecord.newBuilder().setBody(tooDeep).build()))))
                    .isInstanceOf(MalformedRequestException.class)
                    .hasMessage("Cannot decode request: values are nested deeper than 64 levels");
        }
        ByteString bomb = ByteString.EMPTY;
        for (int i = 0; i < 10_000; i++) {
            bomb = new WireMessage().bytes(5, new WireMessage().bytes(1, bomb).toByteString()).toByteString();
        }
        byte[] request = inRecord(new WireMessage().bytes(5, bomb));
        assertThatThrownBy(() -> decode(request))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessage("Cannot decode request: values are nested deeper than 64 levels");
    }

    @Test
    void testAttributeCount()
    {
        LogRecord most = LogRecord.newBuilder().addAllAttributes(Collections.nCopies(10_000, KeyValue.getDefaultInstance())).build();
        assertThat(decode(records(List.of(most))).rows()).hasSize(1);
        assertThatThrownBy(() -> decode(records(List.of(most.toBuilder().addAttributes(KeyValue.getDefaultInstance()).build()))))
                .hasMessage("Cannot decode request: 10001 attributes in one place, at most 10000 are allowed");
    }

    @Test
    void testRecordCount()
    {
        DecodeLimits limits = new DecodeLimits(64, 10, 100, 1000, Duration.ofDays(30), Duration.ofDays(1));
        List<LogRecord> most = Collections.nCopies(100, LogRecord.getDefaultInstance());
        assertThat(LogsDecoder.decode(records(most).toByteArray(), ID, "t", NOW, limits).rows()).hasSize(100);
        byte[] tooMany = records(Collections.nCopies(101, LogRecord.getDefaultInstance())).toByteArray();
        assertThatThrownBy(() -> LogsDecoder.decode(tooMany, ID, "t", NOW, limits))
                .hasMessage("Cannot decode request: it holds more than 100 records");
        byte[] group = new WireMessage().group(999).toByteArray();
        byte[] hidden = ByteString.copyFrom(group).concat(ByteString.copyFrom(tooMany)).toByteArray();
        assertThatThrownBy(() -> RecordCounter.check(hidden, limits))
                .hasMessage("Cannot decode request: it holds more than 100 records");
    }

    @Test
    void testRepeatedResourceAttributes()
    {
        DecodeLimits limits = new DecodeLimits(64, 10, 1000, 500, Duration.ofDays(30), Duration.ofDays(1));
        Resource resource = Resource.newBuilder().addAllAttributes(IntStream.range(0, 5).mapToObj(i -> attribute("k" + i, text("v"))).toList()).build();
        byte[] most = request(resource, InstrumentationScope.getDefaultInstance(), Collections.nCopies(100, LogRecord.getDefaultInstance())).toByteArray();
        assertThat(LogsDecoder.decode(most, ID, "t", NOW, limits).rows()).hasSize(100);
        byte[] tooMany = request(resource, InstrumentationScope.getDefaultInstance(), Collections.nCopies(101, LogRecord.getDefaultInstance())).toByteArray();
        assertThatThrownBy(() -> LogsDecoder.decode(tooMany, ID, "t", NOW, limits))
                .hasMessage("Cannot decode request: with those of resource and scope on each record it holds more than 500 attribute values");
    }

    @Test
    void testEmpty()
    {
        assertThat(decode(new byte[0]).rows()).isEmpty();
        assertThat(decode(ExportLogsServiceRequest.newBuilder().addResourceLogs(ResourceLogs.getDefaultInstance()).build()).rows()).isEmpty();
    }

    @Test
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
        return LogsDecoder.decode(request, ID, "tenant", NOW, DecodeLimits.DEFAULT);
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
