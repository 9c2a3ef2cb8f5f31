package io.icegate.maintenance.merge;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * Files that are worth merging, as data.
 *
 * @param snapshotId from which the plan was made
 * @param sequenceNumber of that snapshot
 * @param oldest when the first of the files was committed, as far as snapshots are kept
 * @param reason in words
 */
public record MergePlan(long snapshotId, long sequenceNumber, List<Input> inputs, Instant oldest, String reason)
{
    public MergePlan
    {
        inputs = List.copyOf(inputs);
        requireNonNull(oldest, "oldest is null");
        requireNonNull(reason, "reason is null");
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("Cannot merge: the plan has no files");
        }
    }

    /**
     * A file, and the deletes that apply to it.
     */
    public record Input(DataFile file, List<DeleteFile> deletes)
    {
        public Input
        {
            requireNonNull(file, "file is null");
            deletes = List.copyOf(deletes);
        }

        /**
         * Tells why this file is merged by engines only, as far as metadata can tell; empty when it may be merged here.
         */
        Optional<String> obstacle()
        {
            if (file.format() != FileFormat.PARQUET) {
                return Optional.of("it is a file of " + file.format());
            }
            return deletes.stream()
                    .filter(deletes -> deletes.content() != FileContent.POSITION_DELETES || deletes.format() != FileFormat.PARQUET)
                    .findFirst()
                    .map(deletes -> "rows of it are deleted by %s of %s".formatted(deletes.content(), deletes.format()));
        }
    }

    public long bytes()
    {
        return inputs.stream().mapToLong(input -> input.file().fileSizeInBytes()).sum();
    }

    public long rows()
    {
        return inputs.stream().mapToLong(input -> input.file().recordCount()).sum();
    }
}
