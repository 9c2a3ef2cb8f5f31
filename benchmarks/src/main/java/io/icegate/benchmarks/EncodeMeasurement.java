package io.icegate.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.sun.management.ThreadMXBean;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.OtlpRequestDecoder;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Encoding;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * What one thread decodes and encodes, and what the parts that others made would take for the same rows: protobuf-java's messages
 * and Iceberg's generic Parquet writer. Collections of garbage run in other threads, so they are counted as bytes only.
 *
 * <p>The main class of a process of its own, whose class path is that of a receiver. Arguments: signal, records of a request,
 * requests of a segment, seconds. Prints one line of JSON.
 */
final class EncodeMeasurement
{
    private static final SegmentHeader HEADER = new SegmentHeader(
            new SegmentKey(new UUID(1, 1), new WriterId(new UUID(2, 2)), Sequence.FIRST),
            new SegmentId("00112233445566778899aabbccddeeff"),
            Instant.EPOCH);
    private static final String ZSTD_LEVEL = "1";
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * CPU time and garbage of the calling thread.
     */
    private static final class Meter
    {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private long nanos;
        private long garbage;

        private <T> T run(Supplier<T> work)
        {
            long garbageBefore = THREADS.getCurrentThreadAllocatedBytes();
            long nanosBefore = THREADS.getCurrentThreadCpuTime();
            T result = work.get();
            nanos += THREADS.getCurrentThreadCpuTime() - nanosBefore;
            garbage += THREADS.getCurrentThreadAllocatedBytes() - garbageBefore;
            return result;
        }
    }

    private static final class Counts
    {
        private final Meter decode = new Meter();
        private final Meter encode = new Meter();
        private long segments;
        private long bytes;

        private void add(long segmentBytes)
        {
            segments++;
            bytes += segmentBytes;
        }

        private long nanos()
        {
            return decode.nanos + encode.nanos;
        }
    }

    private final Payload payload;
    private final ExportRequests requests;
    private final int recordsPerRequest;
    private final int requestsPerSegment;
    private final RequestDecoder decoder;
    private final SegmentEncoder encoder;
    private final Schema schema;

    private EncodeMeasurement(Payload payload, int recordsPerRequest, int requestsPerSegment)
    {
        this.payload = requireNonNull(payload, "payload is null");
        this.requests = payload.requests(recordsPerRequest);
        this.recordsPerRequest = recordsPerRequest;
        this.requestsPerSegment = requestsPerSegment;
        InstantSource clock = InstantSource.system();
        this.decoder = switch (payload) {
            case LOGS -> OtlpRequestDecoder.logs(DecodeLimits.DEFAULT, clock);
            case SPANS -> OtlpRequestDecoder.spans(DecodeLimits.DEFAULT, clock);
            case METRICS -> OtlpRequestDecoder.metrics(DecodeLimits.DEFAULT, clock);
        };
        Signal signal = Signal.valueOf(payload.name());
        this.encoder = new SegmentEncoder(signal.shape());
        this.schema = signal.shape().schema();
    }

    static void main(String[] arguments)
            throws IOException
    {
        EncodeMeasurement measurement = new EncodeMeasurement(Payload.valueOf(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        long nanos = Math.round(Double.parseDouble(arguments[3]) * NANOS_PER_SECOND);
        System.out.println(JsonMapper.builder().build().writeValueAsString(List.of(measurement.own(nanos), measurement.others(nanos))));
    }

    /**
     * The first half of the time warms up.
     */
    private Map<String, Object> own(long nanos)
    {
        own(nanos / 2, new Counts());
        Counts counts = new Counts();
        own(nanos, counts);
        return result("icegate", counts);
    }

    private void own(long nanos, Counts counts)
    {
        while (counts.nanos() < nanos) {
            List<byte[]> bodies = bodies();
            List<RowBatch> batches = counts.decode.run(() -> decode(bodies));
            counts.add(counts.encode.run(() -> encoder.encode(HEADER, 0, schema, batches)).content().length);
        }
    }

    private List<byte[]> bodies()
    {
        List<byte[]> bodies = new ArrayList<>();
        for (int index = 0; index < requestsPerSegment; index++) {
            bodies.add(requests.next());
        }
        return bodies;
    }

    private List<RowBatch> decode(List<byte[]> bodies)
    {
        List<RowBatch> batches = new ArrayList<>();
        for (byte[] body : bodies) {
            batches.add(decoder.decode(body, Encoding.PROTOBUF, new BatchId(1, batches.size()), "default").batch());
        }
        return batches;
    }

    private Map<String, Object> others(long nanos)
    {
        others(nanos / 2, new Counts());
        Counts counts = new Counts();
        others(nanos, counts);
        return result("protobuf-java and Iceberg's Parquet writer", counts);
    }

    private void others(long nanos, Counts counts)
    {
        while (counts.nanos() < nanos) {
            List<byte[]> bodies = bodies();
            if (counts.decode.run(() -> messages(bodies)).size() != requestsPerSegment) {
                throw new IllegalStateException("Cannot measure: a request was not decoded");
            }
            // the rows of both are the same
            List<Record> rows = rows(encoder.encode(HEADER, 0, schema, decode(bodies)).content());
            counts.add(counts.encode.run(() -> write(rows)));
        }
    }

    private List<MessageLite> messages(List<byte[]> bodies)
    {
        try {
            List<MessageLite> messages = new ArrayList<>();
            for (byte[] body : bodies) {
                messages.add(switch (payload) {
                    case LOGS -> ExportLogsServiceRequest.parseFrom(body);
                    case SPANS -> ExportTraceServiceRequest.parseFrom(body);
                    case METRICS -> ExportMetricsServiceRequest.parseFrom(body);
                });
            }
            return messages;
        }
        catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Record> rows(byte[] segment)
    {
        try (CloseableIterable<Record> rows = Parquet.read(new InMemoryInputFile(segment))
                .project(schema)
                .createReaderFunc(message -> GenericParquetReaders.buildReader(schema, message))
                .build()) {
            List<Record> all = new ArrayList<>();
            rows.forEach(all::add);
            return all;
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long write(List<Record> rows)
    {
        InMemoryOutputFile file = new InMemoryOutputFile();
        try (FileAppender<Record> writer = Parquet.write(file)
                .schema(schema)
                .createWriterFunc(GenericParquetWriter::create)
                .set("write.parquet.compression-codec", "zstd")
                .set("write.parquet.compression-level", ZSTD_LEVEL)
                .build()) {
            writer.addAll(rows);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray().length;
    }

    private Map<String, Object> result(String system, Counts counts)
    {
        double records = (double) counts.segments * requestsPerSegment * recordsPerRequest;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("signal", payload.toString());
        result.put("system", system);
        result.put("otlp_bytes_per_record", requests.bytesPerRecord());
        result.put("records_per_cpu_second", Math.round(records * NANOS_PER_SECOND / counts.nanos()));
        result.put("decode_nanos_per_record", Math.round(counts.decode.nanos / records));
        result.put("encode_nanos_per_record", Math.round(counts.encode.nanos / records));
        result.put("decode_garbage_bytes_per_record", Math.round(counts.decode.garbage / records));
        result.put("encode_garbage_bytes_per_record", Math.round(counts.encode.garbage / records));
        result.put("bytes_per_record", Math.round(counts.bytes / records * 10) / 10.0);
        return result;
    }
}
