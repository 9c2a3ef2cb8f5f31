package io.icegate.maintenance.doctor;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Counts the files of the current snapshot for the rules that are about them.
 */
final class FileCounts
{
    private static final String MIXED = "segments, which mix partitions";

    private final Table table;
    private final DoctorThresholds thresholds;
    private final Instant now;
    private final Map<Long, Instant> times = new HashMap<>();
    private final Map<String, Small> small = new HashMap<>();
    private final Set<String> deleteFiles = new HashSet<>();
    private long deletedRows;
    private long filesWithDeletes;
    private long unsortedFiles;
    private long unsortedBytes;
    private long otherSpecFiles;

    /**
     * Small files of one partition.
     *
     * @param old those that are no longer fresh
     */
    record Small(long files, long old, long bytes)
    {
        Small plus(boolean isOld, long size)
        {
            return new Small(files + 1, old + (isOld ? 1 : 0), bytes + size);
        }
    }

    private FileCounts(Table table, DoctorThresholds thresholds, Instant now)
    {
        this.table = table;
        this.thresholds = thresholds;
        this.now = now;
        table.snapshots().forEach(snapshot -> times.put(snapshot.sequenceNumber(), Instant.ofEpochMilli(snapshot.timestampMillis())));
    }

    static FileCounts of(Table table, Snapshot snapshot, DoctorThresholds thresholds, Instant now)
    {
        FileCounts counts = new FileCounts(table, thresholds, now);
        try (CloseableIterable<FileScanTask> tasks = table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
            tasks.forEach(counts::add);
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot examine table %s: %s".formatted(table.name(), e.getMessage()), e);
        }
        return counts;
    }

    private void add(FileScanTask task)
    {
        DataFile file = task.file();
        PartitionSpec spec = task.spec();
        boolean current = spec.specId() == table.spec().specId();
        if (file.fileSizeInBytes() < thresholds.smallFileBytes()) {
            String partition = spec.isUnpartitioned() ? (current ? "the table" : MIXED) : spec.partitionToPath(file.partition());
            small.put(partition, small.getOrDefault(partition, new Small(0, 0, 0)).plus(isOld(file), file.fileSizeInBytes()));
        }
        else if (current && table.sortOrder().isSorted() && !Integer.valueOf(table.sortOrder().orderId()).equals(file.sortOrderId())) {
            unsortedFiles++;
            unsortedBytes += file.fileSizeInBytes();
        }
        if (!current && spec.isPartitioned()) {
            otherSpecFiles++;
        }
        if (!task.deletes().isEmpty()) {
            filesWithDeletes++;
            for (DeleteFile deletes : task.deletes()) {
                if (deleteFiles.add(deletes.location())) {
                    deletedRows += deletes.recordCount();
                }
            }
        }
    }

    private boolean isOld(DataFile file)
    {
        Long sequence = file.fileSequenceNumber();
        // of an expired snapshot: older than what is kept
        return sequence == null || times.getOrDefault(sequence, Instant.MIN).isBefore(now.minus(thresholds.freshFor()));
    }

    Map<String, Small> small()
    {
        return small;
    }

    int deleteFiles()
    {
        return deleteFiles.size();
    }

    long deletedRows()
    {
        return deletedRows;
    }

    long filesWithDeletes()
    {
        return filesWithDeletes;
    }

    long unsortedFiles()
    {
        return unsortedFiles;
    }

    long unsortedBytes()
    {
        return unsortedBytes;
    }

    long otherSpecFiles()
    {
        return otherSpecFiles;
    }
}
