package io.icegate.receiver.decode;

import com.google.protobuf.Message;
import io.icegate.receiver.signal.Encoding;
import io.icegate.schema.LogRow;
import io.icegate.schema.MetricRow;
import io.icegate.schema.Signal;
import io.icegate.schema.SpanRow;
import io.icegate.schema.TableShape;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.LogBatch;
import io.icegate.wal.format.LogRows;
import io.icegate.wal.format.MetricBatch;
import io.icegate.wal.format.MetricRows;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.format.SegmentRows;
import io.icegate.wal.format.SpanBatch;
import io.icegate.wal.format.SpanRows;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What tests that are the same for all signals know of one.
 *
 * @param <R> a row as an object
 * @param request an empty one
 * @param payload generates a request, an odd one if the second argument says so
 * @param values of a row, comparable
 * @param rebuilt what was sent, out of a row
 */
record SignalKind<R>(
        Message request,
        TableShape shape,
        BiFunction<Random, Boolean, Message> payload,
        Function<DecodeLimits, RecordDecoder> decoder,
        Function<RowBatch, List<R>> rows,
        Function<Record, R> stored,
        Function<R, List<@Nullable Object>> values,
        Function<R, Message> rebuilt,
        Function<R, byte @Nullable []> residual)
{
    static final SignalKind<LogRow> LOGS = new SignalKind<>(
            ExportLogsServiceRequest.getDefaultInstance(),
            Signal.LOGS.shape(),
            (random, odd) -> new OtlpPayloads(random, odd).request(),
            LogRecordDecoder::new,
            batch -> ((LogBatch) batch).rows(),
            LogRows::fromRecord,
            LogRows::values,
            OtlpRebuilder::request,
            LogRow::residual);

    static final SignalKind<SpanRow> SPANS = new SignalKind<>(
            ExportTraceServiceRequest.getDefaultInstance(),
            Signal.SPANS.shape(),
            (random, odd) -> new SpanPayloads(random, odd).request(),
            SpanRecordDecoder::new,
            batch -> ((SpanBatch) batch).rows(),
            SpanRows::fromRecord,
            SpanRows::values,
            OtlpRebuilder::request,
            SpanRow::residual);

    static final SignalKind<MetricRow> METRICS = new SignalKind<>(
            ExportMetricsServiceRequest.getDefaultInstance(),
            Signal.METRICS.shape(),
            (random, odd) -> new MetricPayloads(random, odd).request(),
            MetricRecordDecoder::new,
            batch -> ((MetricBatch) batch).rows(),
            MetricRows::fromRecord,
            MetricRows::values,
            OtlpRebuilder::request,
            MetricRow::residual);

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            NOW);

    DecodedRequest decode(byte[] bytes, Encoding encoding, DecodeLimits limits)
    {
        return decode(bytes, encoding, limits, () -> decoder.apply(limits));
    }

    DecodedRequest decode(byte[] bytes, Encoding encoding, DecodeLimits limits, RecordDecoder.Factory records)
    {
        return new OtlpRequestDecoder(request.getDescriptorForType(), records, limits, InstantSource.fixed(NOW)).decode(bytes, encoding, new BatchId(0, 0), "t");
    }

    RowBatch decode(Message message)
    {
        return decode(message.toByteArray(), Encoding.PROTOBUF, DecodeLimits.DEFAULT).batch();
    }

    List<List<@Nullable Object>> values(RowBatch batch)
    {
        return rows.apply(batch).stream().map(values).toList();
    }

    /**
     * The rows of a segment that the batches became; none when there are none.
     */
    List<R> stored(List<? extends RowBatch> batches)
    {
        return stored(shape.schema(), batches);
    }

    List<R> stored(Schema table, List<? extends RowBatch> batches)
    {
        if (batches.stream().allMatch(batch -> batch.rowCount() == 0)) {
            return List.of();
        }
        byte[] content = new SegmentEncoder(shape).encode(HEADER, 0, table, batches).content();
        return SegmentRows.read(content, table).stream().map(stored).toList();
    }

    List<Message> rebuilt(List<R> from)
    {
        return from.stream().map(rebuilt).toList();
    }
}
