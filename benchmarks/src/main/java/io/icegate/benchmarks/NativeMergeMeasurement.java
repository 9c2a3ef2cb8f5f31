package io.icegate.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.OperatingSystemMXBean;
import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.maintenance.merge.MergePlan;
import io.icegate.maintenance.merge.MergePlanner;
import io.icegate.maintenance.merge.MergePolicy;
import io.icegate.maintenance.merge.MergeResult;
import io.icegate.maintenance.merge.MergeSettings;
import io.icegate.maintenance.merge.NativeMerge;
import org.apache.iceberg.Table;

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

/**
 * What merging segments takes of a CPU, garbage collection and compilation included, and of the heap. The main class of a process
 * of its own, whose class path is that of a receiver. Prints one line of JSON.
 */
final class NativeMergeMeasurement
{
    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int MEGABYTE = 1 << 20;

    private final Table table;
    private final NativeMerge merge;
    private final MergePlanner planner = new MergePlanner(MergePolicy.DEFAULT);

    private NativeMergeMeasurement(Table table, Path scratch)
    {
        this.table = table;
        merge = new NativeMerge(MergeSettings.DEFAULT, scratch, new Random());
    }

    static void main(String[] arguments)
            throws IOException
    {
        Path folder = Path.of(arguments[1]);
        try (ObjectStoreCatalog catalog = MergedTable.open(folder.resolve("warehouse"))) {
            Table table = catalog.loadTable(MergedTable.identifier(Payload.valueOf(arguments[0])));
            Map<String, Object> result = new NativeMergeMeasurement(table, Files.createDirectories(folder.resolve("scratch"))).run();
            System.out.println(JsonMapper.builder().build().writeValueAsString(List.of(result)));
        }
    }

    private Map<String, Object> run()
    {
        MergedTable before = MergedTable.of(table);
        List<MergeResult> done = new ArrayList<>();
        long start = System.nanoTime();
        long cpu = SYSTEM.getProcessCpuTime();
        long thread = THREADS.getCurrentThreadCpuTime();
        long firstCpu = 0;
        for (List<MergePlan> plans = plan(); !plans.isEmpty(); plans = plan()) {
            boolean first = plans.getFirst().inputs().getFirst().file().specId() != table.spec().specId();
            long cpuBefore = SYSTEM.getProcessCpuTime();
            MergeResult result = merge.run(table, plans.getFirst());
            if (result.outcome() != MergeResult.Outcome.COMMITTED) {
                throw new IllegalStateException("Cannot measure: a merge was " + result.outcome());
            }
            firstCpu += first ? SYSTEM.getProcessCpuTime() - cpuBefore : 0;
            done.add(result);
        }
        cpu = SYSTEM.getProcessCpuTime() - cpu;
        thread = THREADS.getCurrentThreadCpuTime() - thread;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("segment_megabytes_per_cpu_second", rate(before.bytes(), cpu));
        result.put("segment_megabytes_per_cpu_second_first_merge", rate(before.bytes(), firstCpu));
        result.put("merged_megabytes_per_cpu_second", rate(done.stream().mapToLong(MergeResult::bytesIn).sum(), cpu));
        result.put("cpu_seconds", seconds(cpu));
        result.put("cpu_seconds_of_the_process", seconds(SYSTEM.getProcessCpuTime()));
        result.put("cpu_seconds_of_the_merging_thread", seconds(thread));
        result.put("compilation_seconds", ManagementFactory.getCompilationMXBean().getTotalCompilationTime() / 1_000.0);
        result.put("garbage_collection_seconds", collectionMillis() / 1_000.0);
        result.put("times_a_row_is_written", Math.round(100.0 * done.stream().mapToLong(MergeResult::rows).sum() / before.rows()) / 100.0);
        result.put("merges", done.size());
        result.put("seconds", (System.nanoTime() - start) / 1_000_000_000);
        result.put("heap_max_bytes", Runtime.getRuntime().maxMemory());
        result.put("heap_peak_bytes", peakBytes());
        result.put("resident_bytes_max", ProcessUsage.of(ProcessHandle.current()).residentBytesMax());
        return result;
    }

    /**
     * An hour later, so that no file waits for others.
     */
    private List<MergePlan> plan()
    {
        return planner.plan(table, InstantSource.system().instant().plus(Duration.ofHours(1)));
    }

    static double seconds(long nanos)
    {
        return Math.round(nanos / 1e8) / 10.0;
    }

    static double rate(long bytes, long nanos)
    {
        return Math.round(bytes * 1e10 / MEGABYTE / Math.max(1, nanos)) / 10.0;
    }

    private static long collectionMillis()
    {
        return ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(GarbageCollectorMXBean::getCollectionTime).sum();
    }

    private static long peakBytes()
    {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong((MemoryPoolMXBean pool) -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
