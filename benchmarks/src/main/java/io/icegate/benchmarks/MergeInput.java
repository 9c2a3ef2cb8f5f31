package io.icegate.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.OperatingSystemMXBean;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.OtlpRequestDecoder;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Encoding;
import io.icegate.schema.Signal;
import io.icegate.wal.BatchId;
import io.icegate.wal.EncodedSegment;
import io.icegate.wal.SegmentHeader;
import io.icegate.wal.SegmentId;
import io.icegate.wal.SegmentKey;
import io.icegate.wal.Sequence;
import io.icegate.wal.WriterId;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.format.RowBatch;
import io.icegate.wal.format.SegmentEncoder;
import io.icegate.wal.table.TableBootstrap;
import io.icegate.wal.table.TableSpecs;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.parquet.Parquet;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes the segments that are merged, and measures Iceberg's reader and writer of row objects on some of them. The main class of a
 * process of its own, whose class path is that of a receiver. Prints one line of JSON.
 */
final class MergeInput
{
    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int MEGABYTE = 1 << 20;
    private static final int FILES_PER_COMMIT = 100;

    private final Payload payload;
    private final Path folder;
    private final int records;
    private final int requestsPerSegment;

    private MergeInput(Payload payload, Path folder, int records, int requestsPerSegment)
    {
        this.payload = payload;
        this.folder = folder;
        this.records = records;
        this.requestsPerSegment = requestsPerSegment;
    }

    static void main(String[] arguments)
            throws IOException
    {
        MergeInput input = new MergeInput(Payload.valueOf(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        List<Map<String, Object>> results = input.run(Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]));
        System.out.println(JsonMapper.builder().build().writeValueAsString(results));
    }

    private List<Map<String, Object>> run(int megabytes, int peerMegabytes)
            throws IOException
    {
        try (ObjectStoreCatalog catalog = MergedTable.open(folder.resolve("warehouse"))) {
            Table table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.valueOf(payload.name()).shape());
            writeSegments(table, (long) megabytes * MEGABYTE);
            return List.of(genericRewrite(table, (long) peerMegabytes * MEGABYTE));
        }
    }

    private void writeSegments(Table table, long bytes)
            throws IOException
    {
        ExportRequests requests = payload.requests(records);
        InstantSource clock = InstantSource.system();
        RequestDecoder decoder = switch (payload) {
            case LOGS -> OtlpRequestDecoder.logs(DecodeLimits.DEFAULT, clock);
            case SPANS -> OtlpRequestDecoder.spans(DecodeLimits.DEFAULT, clock);
            case METRICS -> OtlpRequestDecoder.metrics(DecodeLimits.DEFAULT, clock);
        };
        SegmentEncoder encoder = new SegmentEncoder(Signal.valueOf(payload.name()).shape());
        PartitionSpec unpartitioned = TableSpecs.unpartitioned(table.name(), table.specs().values());
        MetricsConfig metrics = MetricsConfig.forTable(table);
        long written = 0;
        int files = 0;
        AppendFiles append = table.newFastAppend();
        while (written < bytes) {
            List<RowBatch> batches = new ArrayList<>();
            for (int request = 0; request < requestsPerSegment; request++) {
                batches.add(decoder.decode(requests.next(), Encoding.PROTOBUF, new BatchId(files, request), "default").batch());
            }
            SegmentHeader header = new SegmentHeader(new SegmentKey(table.uuid(), new WriterId(new UUID(2, 2)), new Sequence(files)), new SegmentId("%032x".formatted(files)), clock.instant());
            EncodedSegment segment = encoder.encode(header, table.schema().schemaId(), table.schema(), batches);
            String location = table.locationProvider().newDataLocation("segment-%06d.parquet".formatted(files));
            try (PositionOutputStream out = table.io().newOutputFile(location).create()) {
                out.write(segment.content());
            }
            append.appendFile(new ParquetSegmentCodec().dataFile(segment.footer(), unpartitioned, metrics, location));
            written += segment.content().length;
            if (++files % FILES_PER_COMMIT == 0) {
                append.commit();
                append = table.newFastAppend();
            }
        }
        append.commit();
        table.refresh();
    }

    private Map<String, Object> genericRewrite(Table table, long bytes)
            throws IOException
    {
        long read = 0;
        long cpu = SYSTEM.getProcessCpuTime();
        FileAppender<Record> writer = Parquet.write(table.io().newOutputFile(table.location() + "/peer.parquet"))
                .schema(table.schema())
                .createWriterFunc(GenericParquetWriter::create)
                .setAll(table.properties())
                .build();
        try (writer; CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                if (read >= bytes) {
                    break;
                }
                try (CloseableIterable<Record> rows = Parquet.read(table.io().newInputFile(task.file().location()))
                        .project(table.schema())
                        .createReaderFunc(message -> GenericParquetReaders.buildReader(table.schema(), message))
                        .reuseContainers()
                        .build()) {
                    writer.addAll(rows);
                }
                read += task.file().fileSizeInBytes();
            }
        }
        cpu = SYSTEM.getProcessCpuTime() - cpu;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("system", "Iceberg's generic reader and writer");
        result.put("segment_bytes", read);
        result.put("segment_megabytes_per_cpu_second", NativeMergeMeasurement.rate(read, cpu));
        result.put("bytes_out_per_byte_in", Math.round(1000.0 * writer.length() / read) / 1000.0);
        return result;
    }
}
