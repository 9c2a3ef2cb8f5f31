package io.icegate.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.OperatingSystemMXBean;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeResult;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.local.LocalObjectStore;
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
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * What merging segments takes of a CPU, garbage collection and compilation included, and of the heap. The main class of a process
 * of its own, whose class path is that of a receiver. Prints one line of JSON.
 */
final class MergeMeasurement
{
    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int MEGABYTE = 1 << 20;
    private static final int FILES_PER_COMMIT = 100;

    private final Payload payload;
    private final Path folder;
    private final int records;
    private final int requestsPerSegment;

    private MergeMeasurement(Payload payload, Path folder, int records, int requestsPerSegment)
    {
        this.payload = payload;
        this.folder = folder;
        this.records = records;
        this.requestsPerSegment = requestsPerSegment;
    }

    static void main(String[] arguments)
            throws IOException
    {
        MergeMeasurement measurement = new MergeMeasurement(Payload.valueOf(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        List<Map<String, Object>> results = measurement.run(Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]));
        System.out.println(JsonMapper.builder().build().writeValueAsString(results));
    }

    private List<Map<String, Object>> run(int megabytes, int peerMegabytes)
            throws IOException
    {
        Warehouse warehouse = new Warehouse("file:" + folder.resolve("warehouse"), new LocalObjectStore(folder.resolve("warehouse")));
        List<Map<String, Object>> results = new ArrayList<>();
        try (ObjectStoreCatalog catalog = ObjectStoreCatalog.open("icegate", warehouse, new ObjectStoreFileIO(warehouse), Map.of())) {
            Table table = TableBootstrap.createOrUpdate(catalog, Namespace.of("otel"), Signal.valueOf(payload.name()).shape());
            writeSegments(table, (long) megabytes * MEGABYTE);
            results.add(peer(table, (long) peerMegabytes * MEGABYTE));
            results.add(merge(table));
        }
        return results;
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

    private Map<String, Object> merge(Table table)
            throws IOException
    {
        resetPeaks();
        long segmentBytes = bytes(table);
        long rows = rows(table);
        Path scratch = Files.createDirectories(folder.resolve("scratch"));
        NativeMerge merge = new NativeMerge(MergeSettings.DEFAULT, scratch, new Random());
        MergePlanner planner = new MergePlanner(MergePolicy.DEFAULT);
        List<MergeResult> done = new ArrayList<>();
        long start = System.nanoTime();
        long cpu = SYSTEM.getProcessCpuTime();
        long thread = THREADS.getCurrentThreadCpuTime();
        long compiling = ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
        long collecting = collectionMillis();
        long firstCpu = 0;
        for (List<MergePlan> plans = plan(planner, table); !plans.isEmpty(); plans = plan(planner, table)) {
            boolean first = plans.getFirst().inputs().getFirst().file().specId() != table.spec().specId();
            long before = SYSTEM.getProcessCpuTime();
            MergeResult result = merge.run(table, plans.getFirst());
            if (result.outcome() != MergeResult.Outcome.COMMITTED) {
                throw new IllegalStateException("Cannot measure: a merge was " + result.outcome());
            }
            firstCpu += first ? SYSTEM.getProcessCpuTime() - before : 0;
            done.add(result);
        }
        cpu = SYSTEM.getProcessCpuTime() - cpu;
        thread = THREADS.getCurrentThreadCpuTime() - thread;
        if (rows(table) != rows) {
            throw new IllegalStateException("The benchmark is invalid: of %s rows %s are left".formatted(rows, rows(table)));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("signal", payload.toString());
        result.put("system", "icegate");
        result.put("segment_bytes", segmentBytes);
        result.put("rows", rows);
        result.put("segment_megabytes_per_cpu_second", rate(segmentBytes, cpu));
        result.put("segment_megabytes_per_cpu_second_first_merge", rate(segmentBytes, firstCpu));
        result.put("merged_megabytes_per_cpu_second", rate(done.stream().mapToLong(MergeResult::bytesIn).sum(), cpu));
        result.put("cpu_seconds", seconds(cpu));
        result.put("cpu_seconds_of_the_merging_thread", seconds(thread));
        result.put("compilation_seconds", (ManagementFactory.getCompilationMXBean().getTotalCompilationTime() - compiling) / 1_000.0);
        result.put("garbage_collection_seconds", (collectionMillis() - collecting) / 1_000.0);
        result.put("times_a_row_is_written", Math.round(100.0 * done.stream().mapToLong(MergeResult::rows).sum() / rows) / 100.0);
        result.put("merges", done.size());
        result.put("files", files(table));
        result.put("bytes_out_per_byte_in", Math.round(1000.0 * bytes(table) / segmentBytes) / 1000.0);
        result.put("seconds", (System.nanoTime() - start) / 1_000_000_000);
        result.put("heap_max_bytes", Runtime.getRuntime().maxMemory());
        result.put("heap_peak_bytes", peakBytes());
        return result;
    }

    /**
     * An hour later, so that no file waits for others.
     */
    private static List<MergePlan> plan(MergePlanner planner, Table table)
    {
        return planner.plan(table, InstantSource.system().instant().plus(Duration.ofHours(1)));
    }

    private static double seconds(long nanos)
    {
        return Math.round(nanos / 1e8) / 10.0;
    }

    private static long collectionMillis()
    {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
    }

    private static double rate(long bytes, long nanos)
    {
        return Math.round(bytes * 1e10 / MEGABYTE / Math.max(1, nanos)) / 10.0;
    }

    private static void resetPeaks()
    {
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    private static long peakBytes()
    {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }

    private static long rows(Table table)
    {
        return Long.parseLong(table.currentSnapshot().summary().get("total-records"));
    }

    private static long bytes(Table table)
    {
        return Long.parseLong(table.currentSnapshot().summary().get("total-files-size"));
    }

    private static long files(Table table)
    {
        return Long.parseLong(table.currentSnapshot().summary().get("total-data-files"));
    }

    private Map<String, Object> peer(Table table, long bytes)
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
        result.put("signal", payload.toString());
        result.put("system", "Iceberg's generic reader and writer");
        result.put("segment_bytes", read);
        result.put("segment_megabytes_per_cpu_second", rate(read, cpu));
        result.put("bytes_out_per_byte_in", Math.round(1000.0 * writer.length() / read) / 1000.0);
        return result;
    }
}
