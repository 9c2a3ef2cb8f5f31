package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Merging segments into files of the table's order, beside engines that rewrite the same segments in the same order, and Iceberg's
 * reader and writer of row objects. Each has a process of its own, which starts from a copy of the same warehouse.
 */
final class MergeBenchmark
{
    private static final int RECORDS = 1_000;
    private static final int REQUESTS_PER_SEGMENT = 8;
    private static final String NATIVE = "icegate";
    private static final List<String> JAVA_OPTIONS = List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private final Installation installation;
    private final Path folder;
    private final int megabytes;
    private final int genericMegabytes;
    private final List<MergePeer.Engine> peers;

    MergeBenchmark(Installation installation, Path folder, int megabytes, int genericMegabytes, List<MergePeer.Engine> peers)
    {
        this.installation = installation;
        this.folder = folder.toAbsolutePath();
        this.megabytes = megabytes;
        this.genericMegabytes = genericMegabytes;
        this.peers = List.copyOf(peers);
        if (megabytes < 1 || genericMegabytes < 1) {
            throw new CommandException("--megabytes and --generic-megabytes must be at least 1");
        }
    }

    Report run(List<Payload> payloads)
            throws IOException, InterruptedException, SQLException
    {
        List<String> beside = new ArrayList<>(List.of("Iceberg's generic Parquet reader and writer on parquet-java, with the table's properties, row by row in the order of the segments: it does not sort"));
        Report report = new Report("merge")
                .setting("segments", "%s requests of %s records each, zstd 1, on the local disk".formatted(REQUESTS_PER_SEGMENT, RECORDS))
                .setting("megabytes", megabytes)
                .setting("generic_megabytes", genericMegabytes)
                .setting("seed", ExportRequests.SEED)
                .setting("java_options", JAVA_OPTIONS)
                .setting("cpu_seconds", "user and kernel mode of all threads, from when the process is ready to merge");
        for (Payload payload : payloads) {
            measure(payload, beside).forEach(report::result);
        }
        return report.peer(String.join("; ", beside));
    }

    private List<LinkedHashMap<String, Object>> measure(Payload payload, List<String> beside)
            throws IOException, InterruptedException, SQLException
    {
        Path work = Files.createDirectories(folder.resolve(payload.toString()));
        // metadata names files by their whole path, so all that rewrite them work in one place
        Path warehouse = work.resolve("warehouse");
        Path segments = work.resolve("segments");
        List<LinkedHashMap<String, Object>> results = new ArrayList<>();
        List<String> arguments = List.of(
                payload.name(),
                work.toString(),
                Integer.toString(RECORDS),
                Integer.toString(REQUESTS_PER_SEGMENT),
                Integer.toString(megabytes),
                Integer.toString(genericMegabytes));
        process(payload, "input").run(MergeInput.class, payload, arguments).forEach(result -> results.add(new LinkedHashMap<>(result)));
        MergedTable before = MergedTable.read(warehouse, payload);
        Files.move(warehouse, segments);

        copy(segments, warehouse);
        Map<String, Object> merged = process(payload, NATIVE).run(NativeMergeMeasurement.class, payload, List.of(payload.name(), work.toString())).getFirst();
        results.add(describe(NATIVE, before, requireWhole(NATIVE, payload, before, warehouse), merged));
        for (MergePeer.Engine peer : peers) {
            delete(warehouse);
            copy(segments, warehouse);
            results.add(rewrite(peer, payload, before, work, beside));
        }
        delete(work);
        compareSizes(results);
        results.forEach(result -> result.putFirst("signal", payload.toString()));
        return results;
    }

    private MeasuredProcess process(Payload payload, String name)
    {
        return new MeasuredProcess(installation, JAVA_OPTIONS, folder.resolve("%s-%s.log".formatted(name, payload)));
    }

    private LinkedHashMap<String, Object> rewrite(MergePeer.Engine engine, Payload payload, MergedTable before, Path work, List<String> beside)
            throws IOException, InterruptedException, SQLException
    {
        Map<String, Object> result = new LinkedHashMap<>();
        Path warehouse = work.resolve("warehouse");
        try (MergePeer peer = engine.start(installation, work.resolve(engine.toString()), warehouse)) {
            if (!beside.contains(peer.description())) {
                beside.add(peer.description());
            }
            long start = System.nanoTime();
            ProcessUsage ready = ProcessUsage.of(peer.process());
            peer.rewrite(payload);
            ProcessUsage done = ProcessUsage.of(peer.process());
            long cpu = done.cpu().minus(ready.cpu()).toNanos();
            result.put("segment_megabytes_per_cpu_second", NativeMergeMeasurement.rate(before.bytes(), cpu));
            result.put("cpu_seconds", NativeMergeMeasurement.seconds(cpu));
            result.put("cpu_seconds_of_the_process", NativeMergeMeasurement.seconds(done.cpu().toNanos()));
            result.put("seconds", (System.nanoTime() - start) / 1_000_000_000);
            result.put("resident_bytes_max", done.residentBytesMax());
        }
        return describe(engine.toString(), before, requireWhole(engine.toString(), payload, before, warehouse), result);
    }

    private static MergedTable requireWhole(String system, Payload payload, MergedTable before, Path warehouse)
            throws IOException
    {
        MergedTable after = MergedTable.read(warehouse, payload);
        if (after.rows() != before.rows() || after.files() >= before.files()) {
            throw new CommandException("The benchmark is invalid: %s made %s of %s".formatted(system, after, before));
        }
        return after;
    }

    private static LinkedHashMap<String, Object> describe(String system, MergedTable before, MergedTable after, Map<String, Object> measured)
    {
        LinkedHashMap<String, Object> result = new LinkedHashMap<>();
        result.put("system", system);
        result.put("segment_bytes", before.bytes());
        result.put("segments", before.files());
        result.put("rows", before.rows());
        result.putAll(measured);
        result.put("files", after.files());
        result.put("bytes_out", after.bytes());
        result.put("bytes_out_per_byte_in", ratio(after.bytes(), before.bytes()));
        return result;
    }

    /**
     * Tells of all files how large they are beside those of Spark, if it was measured.
     */
    private static void compareSizes(List<? extends Map<String, Object>> results)
    {
        results.stream()
                .filter(result -> MergePeer.Engine.SPARK.toString().equals(result.get("system")))
                .flatMap(result -> bytesOut(result).stream())
                .findFirst()
                .ifPresent(spark -> results.forEach(result -> bytesOut(result).ifPresent(bytes -> result.put("bytes_out_per_byte_of_spark", ratio(bytes, spark)))));
    }

    private static Optional<Long> bytesOut(Map<String, Object> result)
    {
        return Optional.ofNullable((Long) result.get("bytes_out"));
    }

    private static double ratio(long part, long whole)
    {
        return Math.round(1_000.0 * part / whole) / 1_000.0;
    }

    private static void copy(Path from, Path to)
            throws IOException
    {
        Files.walkFileTree(from, new SimpleFileVisitor<>()
        {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                    throws IOException
            {
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                    throws IOException
            {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void delete(Path folder)
            throws IOException
    {
        Files.walkFileTree(folder, new SimpleFileVisitor<>()
        {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                    throws IOException
            {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure)
                    throws IOException
            {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
