package io.icegate.receiver;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.icegate.receiver.decode.WireMessage;
import io.icegate.receiver.signal.OtlpSignal;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;

import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Smallest requests of one signal, for tests that say the same about all.
 *
 * @param column that holds the text of a record
 * @param record its message, from its text and time
 * @param json the record in JSON, from its text and time
 * @param envelopes names of the JSON fields, from outside to inside
 */
record SignalSample(
        OtlpSignal signal,
        String table,
        String column,
        BiFunction<String, Long, MessageLite> record,
        BinaryOperator<String> json,
        List<String> envelopes)
{
    private static final int RESOURCE_ENVELOPES = 1;
    static final int RESOURCE = 1;
    static final int SCOPE_ENVELOPES = 2;
    static final int SCOPE = 1;
    static final int RECORDS = 2;

    static final List<SignalSample> ALL = List.of(
            new SignalSample(
                    OtlpSignal.LOGS,
                    "logs",
                    "body",
                    (text, nanos) -> LogRecord.newBuilder().setTimeUnixNano(nanos).setBody(AnyValue.newBuilder().setStringValue(text)).build(),
                    "{\"body\":{\"stringValue\":\"%s\"},\"timeUnixNano\":\"%s\"}"::formatted,
                    List.of("resourceLogs", "scopeLogs", "logRecords")),
            new SignalSample(
                    OtlpSignal.TRACES,
                    "spans",
                    "name",
                    (text, nanos) -> Span.newBuilder().setName(text).setStartTimeUnixNano(nanos).setEndTimeUnixNano(nanos).build(),
                    "{\"name\":\"%s\",\"startTimeUnixNano\":\"%2$s\",\"endTimeUnixNano\":\"%2$s\"}"::formatted,
                    List.of("resourceSpans", "scopeSpans", "spans")),
            new SignalSample(
                    OtlpSignal.METRICS,
                    "metrics",
                    "metric_name",
                    (text, nanos) -> Metric.newBuilder().setName(text).setGauge(Gauge.newBuilder().addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(nanos).setAsInt(1))).build(),
                    "{\"name\":\"%s\",\"gauge\":{\"dataPoints\":[{\"timeUnixNano\":\"%s\",\"asInt\":\"1\"}]}}"::formatted,
                    List.of("resourceMetrics", "scopeMetrics", "metrics")));

    static long nowNanos()
    {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    ByteString record(String text)
    {
        return record.apply(text, nowNanos()).toByteString();
    }

    byte[] request(String... texts)
    {
        return request(Stream.of(texts).map(this::record).toList());
    }

    byte[] request(List<ByteString> records)
    {
        WireMessage scope = new WireMessage();
        records.forEach(record -> scope.bytes(RECORDS, record));
        return inResource(new WireMessage().bytes(SCOPE_ENVELOPES, scope.toByteString()));
    }

    static byte[] inResource(WireMessage resourceEnvelope)
    {
        return new WireMessage().bytes(RESOURCE_ENVELOPES, resourceEnvelope.toByteString()).toByteArray();
    }

    byte[] jsonRequest(String text)
    {
        return inJson(json.apply(text, Long.toString(nowNanos())));
    }

    byte[] inJson(String records)
    {
        return "{\"%s\":[{\"%s\":[{\"%s\":[%s]}]}]}".formatted(envelopes.get(0), envelopes.get(1), envelopes.get(2), records).getBytes(UTF_8);
    }

    @Override
    public String toString()
    {
        return signal.name();
    }
}
