package io.icegate.maintenance.merge;

import io.icegate.maintenance.merge.MergeResult.Outcome;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Replaces files of a table by their merge. Fails when rows of them were deleted since the plan was made. The data sequence number
 * of the new files is that of the plan's snapshot, so that equality deletes that came later apply to them.
 */
final class MergeCommit
{
    /**
     * Names the merge in the summary of its snapshot, so that a commit whose answer got lost is found again.
     */
    static final String MERGE_ID_SUMMARY = "icegate.merge.id";

    private static final Logger log = LoggerFactory.getLogger(MergeCommit.class);

    private final Table table;
    private final String id;

    MergeCommit(Table table, String id)
    {
        this.table = table;
        this.id = id;
    }

    /**
     * What came of it.
     */
    record Result(Outcome outcome, Optional<Long> snapshotId) {}

    Result run(MergePlan plan, List<MergePlan.Input> inputs, List<DataFile> outputs)
    {
        RewriteFiles rewrite = table.newRewrite()
                .validateFromSnapshot(plan.snapshotId())
                .dataSequenceNumber(plan.sequenceNumber());
        inputs.forEach(input -> rewrite.deleteFile(input.file()));
        outputs.forEach(rewrite::addFile);
        unneeded(inputs).forEach(rewrite::deleteFile);
        rewrite.set(MERGE_ID_SUMMARY, id);
        try {
            rewrite.commit();
        }
        catch (ValidationException | CommitFailedException e) {
            log.info("Did not replace {} files of table {}: {}", inputs.size(), table.name(), e.getMessage());
            delete(outputs);
            return new Result(Outcome.LOST, Optional.empty());
        }
        catch (CommitStateUnknownException e) {
            table.refresh();
            Optional<Long> ours = find();
            if (ours.isEmpty()) {
                log.warn("Cannot tell whether {} files of table {} were replaced, so the new files stay: {}", inputs.size(), table.name(), e.getMessage());
            }
            return new Result(ours.isPresent() ? Outcome.COMMITTED : Outcome.UNKNOWN, ours);
        }
        table.refresh();
        return new Result(Outcome.COMMITTED, find());
    }

    /**
     * Does not commit.
     */
    Result giveWay(List<DataFile> outputs)
    {
        delete(outputs);
        return new Result(Outcome.YIELDED, Optional.empty());
    }

    private Optional<Long> find()
    {
        for (Snapshot snapshot : table.snapshots()) {
            // parsed by Iceberg from a JSON object that may be absent
            Map<String, String> summary = snapshot.summary();
            if (summary != null && id.equals(summary.get(MERGE_ID_SUMMARY))) {
                return Optional.of(snapshot.snapshotId());
            }
        }
        return Optional.empty();
    }

    /**
     * Deletes that name one file, which is gone. Others may apply to files that stay.
     */
    private static Set<DeleteFile> unneeded(List<MergePlan.Input> inputs)
    {
        Set<String> gone = inputs.stream().map(input -> input.file().location()).collect(Collectors.toSet());
        Set<String> seen = new HashSet<>();
        return inputs.stream()
                .flatMap(input -> input.deletes().stream())
                .filter(deletes -> gone.contains(deletes.referencedDataFile()))
                .filter(deletes -> seen.add(deletes.location()))
                .collect(Collectors.toSet());
    }

    /**
     * Deletes files that no snapshot refers to. What cannot be deleted is an orphan.
     */
    void delete(List<DataFile> files)
    {
        for (DataFile file : files) {
            try {
                table.io().deleteFile(file.location());
            }
            catch (RuntimeException e) {
                log.warn("Cannot delete {}, which nothing refers to: {}", file.location(), e.getMessage());
            }
        }
    }
}
