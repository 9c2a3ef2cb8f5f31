package io.icegate.catalog.check;

import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.Tasks;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * Everything that one metadata file of a table names, the current snapshot first.
 */
final class TableWalk
{
    /**
     * Of more files than that it is forgotten which were asked for; some are then asked for again.
     */
    private static final int FILES_REMEMBERED_MAX = 1_000_000;
    private static final int FILES_AT_ONCE_MAX = 1_000;
    private static final long ABSENT = -1;
    private static final String CURRENT = "reads of the newest rows fail: restore the file, or roll back to a snapshot from before it was written: CALL icegate.system.rollback_to_snapshot, or in Trino ALTER TABLE %s EXECUTE rollback_to_snapshot";
    private static final String OLDER = "only time travel to that snapshot fails: restore the file, or expire the snapshot: ./icegate maintain does it after the retention, CALL icegate.system.expire_snapshots at once";
    private static final String STATISTICS = "plans are worse, rows are right: ANALYZE %s writes it anew";

    private final FileIO io;
    private final ExecutorService readers;
    private final TableMetadata metadata;
    private final Findings findings;
    private final Set<String> manifests = new HashSet<>();
    private final Set<String> files = new HashSet<>();

    TableWalk(FileIO io, ExecutorService readers, TableMetadata metadata, Findings findings)
    {
        this.io = io;
        this.readers = readers;
        this.metadata = metadata;
        this.findings = findings;
    }

    void walk(boolean withDataFiles)
    {
        Optional<Snapshot> current = Optional.ofNullable(metadata.currentSnapshot());
        current.ifPresent(snapshot -> walk(snapshot, CURRENT.formatted(findings.table()), withDataFiles));
        metadata.snapshots().stream()
                .filter(snapshot -> !Optional.of(snapshot.snapshotId()).equals(current.map(Snapshot::snapshotId)))
                .forEach(snapshot -> walk(snapshot, OLDER, withDataFiles));
        Map<String, Long> statistics = new LinkedHashMap<>();
        for (StatisticsFile file : metadata.statisticsFiles()) {
            statistics.put(file.path(), file.fileSizeInBytes());
        }
        for (PartitionStatisticsFile file : metadata.partitionStatisticsFiles()) {
            statistics.put(file.path(), file.fileSizeInBytes());
        }
        verify(statistics, "a statistics file", STATISTICS.formatted(findings.table()));
    }

    private void walk(Snapshot snapshot, String remedy, boolean withDataFiles)
    {
        String owner = "of snapshot %s (%s)".formatted(snapshot.snapshotId(), snapshot.sequenceNumber());
        List<ManifestFile> listed = snapshot.manifestListLocation() == null
                ? snapshot.allManifests(io)
                : findings.read(snapshot.manifestListLocation(), "the manifest list " + owner, remedy, () -> snapshot.allManifests(io)).orElse(List.of());
        for (ManifestFile manifest : listed) {
            if (manifests.add(manifest.path())) {
                findings.read(manifest.path(), "a manifest " + owner, remedy, () -> files(manifest))
                        .filter(_named -> withDataFiles)
                        .ifPresent(named -> verify(named, "a data or delete file " + owner, remedy));
            }
        }
    }

    /**
     * Live files of a manifest that were not looked at yet, with their sizes in bytes.
     */
    private Map<String, Long> files(ManifestFile manifest)
    {
        Map<String, Long> named = new LinkedHashMap<>();
        try (ManifestReader<? extends ContentFile<?>> reader = manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, io, metadata.specsById())
                : ManifestFiles.readDeleteManifest(manifest, io, metadata.specsById())) {
            for (ContentFile<?> file : reader) {
                if (!files.contains(file.location())) {
                    named.put(file.location(), file.fileSizeInBytes());
                }
            }
        }
        catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot read manifest %s", manifest.path());
        }
        return named;
    }

    private void verify(Map<String, Long> sizes, String what, String remedy)
    {
        List<Map.Entry<String, Long>> all = List.copyOf(sizes.entrySet());
        for (int from = 0; from < all.size(); from += FILES_AT_ONCE_MAX) {
            List<Map.Entry<String, Long>> part = all.subList(from, Math.min(all.size(), from + FILES_AT_ONCE_MAX));
            long[] found = new long[part.size()];
            Tasks.range(found.length)
                    .executeWith(readers)
                    .stopOnFailure()
                    .throwFailureWhenFinished()
                    .run(i -> found[i] = size(part.get(i).getKey()));
            for (int i = 0; i < found.length; i++) {
                verify(part.get(i).getKey(), part.get(i).getValue(), found[i], what, remedy);
            }
            findings.looked(found.length);
        }
    }

    private void verify(String location, long expected, long size, String what, String remedy)
    {
        if (files.size() < FILES_REMEMBERED_MAX) {
            files.add(location);
        }
        if (size == ABSENT) {
            findings.add(location, what + " is missing", remedy);
        }
        else if (size != expected) {
            findings.add(location, "%s has %s bytes, not %s".formatted(what, size, expected), remedy);
        }
    }

    private long size(String location)
    {
        try {
            return io.newInputFile(location).getLength();
        }
        catch (NotFoundException e) {
            return ABSENT;
        }
    }
}
