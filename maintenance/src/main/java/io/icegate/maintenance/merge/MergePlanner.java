package io.icegate.maintenance.merge;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.StructLikeWrapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * Finds what is worth merging in a snapshot of a table, here or by an engine. Segments, which mix partitions, are merged with each
 * other; files of a partition with those of their size.
 */
public final class MergePlanner
{
    private final MergePolicy policy;

    public MergePlanner(MergePolicy policy)
    {
        this.policy = requireNonNull(policy, "policy is null");
    }

    /**
     * Plans merges that share no file, those of segments first, and those that are known to be refused here last.
     *
     * @param now to tell the age of files
     */
    public List<MergePlan> plan(Table table, Instant now)
    {
        Snapshot snapshot = table.currentSnapshot();
        if (snapshot == null) {
            return List.of();
        }
        Candidates here = new Candidates(table);
        Candidates engines = new Candidates(table);
        try (CloseableIterable<FileScanTask> tasks = table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
            for (FileScanTask task : tasks) {
                if (MergeLevel.of(task.file()) < MergeLevel.MAX) {
                    MergePlan.Input input = new MergePlan.Input(task.file().copyWithoutStats(), task.deletes());
                    // apart, so that files that can be merged here do not wait for an engine
                    (input.obstacle().isEmpty() ? here : engines).add(input);
                }
            }
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot plan merges of table %s: %s".formatted(table.name(), e.getMessage()), e);
        }
        Rounds rounds = new Rounds(table, snapshot, now);
        int written = (int) here.partitions.values().stream().filter(files -> !files.stream().allMatch(rounds::isOld)).count();
        for (Candidates candidates : List.of(here, engines)) {
            rounds.addMixed(candidates.mixed, written);
            candidates.partitions.values().forEach(rounds::addPartition);
        }
        return rounds.plans;
    }

    /**
     * Files that are merged with each other, if at all.
     */
    private final class Candidates
    {
        private final Table table;
        private final StructLikeWrapper wrapper;
        private final List<MergePlan.Input> mixed = new ArrayList<>();
        private final Map<StructLikeWrapper, List<MergePlan.Input>> partitions = new LinkedHashMap<>();

        private Candidates(Table table)
        {
            this.table = table;
            wrapper = StructLikeWrapper.forType(table.spec().partitionType());
        }

        private void add(MergePlan.Input input)
        {
            if (isMixed(input.file())) {
                mixed.add(input);
            }
            else if (input.file().fileSizeInBytes() < policy.largeBytes()) {
                partitions.computeIfAbsent(wrapper.copyFor(input.file().partition()), key -> new ArrayList<>()).add(input);
            }
        }

        /**
         * True for segments and whatever else does not lie in a partition of today.
         */
        private boolean isMixed(DataFile file)
        {
            return file.specId() != table.spec().specId()
                    || (table.spec().isUnpartitioned() && !Integer.valueOf(table.sortOrder().orderId()).equals(file.sortOrderId()));
        }
    }

    /**
     * The plans of one snapshot.
     */
    private final class Rounds
    {
        private final List<MergePlan> plans = new ArrayList<>();
        private final Snapshot snapshot;
        private final Instant now;
        private final Map<Long, Instant> times = new HashMap<>();

        private Rounds(Table table, Snapshot snapshot, Instant now)
        {
            this.snapshot = snapshot;
            this.now = now;
            table.snapshots().forEach(known -> times.put(known.sequenceNumber(), Instant.ofEpochMilli(known.timestampMillis())));
        }

        /**
         * In the order of their commits, so that rows that came together stay together.
         *
         * @param partitions that got files lately
         */
        private void addMixed(List<MergePlan.Input> files, int partitions)
        {
            int segmentsMin = Math.min(policy.inputsMax(), Math.max(policy.segmentsMin(), partitions * MergePolicy.SEGMENTS_PER_PARTITION));
            for (List<MergePlan.Input> round : split(files)) {
                if (round.size() >= segmentsMin || bytes(round) >= policy.largeBytes() || isOld(round)) {
                    add(round, "%s segments of %s bytes, which no partition can be skipped by".formatted(round.size(), bytes(round)));
                }
            }
        }

        private void addPartition(List<MergePlan.Input> files)
        {
            if (files.size() > 1 && files.stream().allMatch(this::isOld) && bytes(files) <= policy.bytesMax()) {
                // nothing comes any more, so that files of all sizes become one
                split(files).stream().filter(round -> round.size() > 1).forEach(round -> add(round, "%s small files of a partition that is complete".formatted(round.size())));
                return;
            }
            for (List<MergePlan.Input> round : split(files.stream().filter(this::isSmall).toList())) {
                if (round.size() >= policy.smallFilesMax() || isEnough(round, policy.smallBytes())) {
                    add(round, "%s small files of a partition".formatted(round.size()));
                }
            }
            for (List<MergePlan.Input> round : split(files.stream().filter(input -> !isSmall(input)).toList())) {
                if (isEnough(round, policy.largeBytes())) {
                    add(round, "%s files of a partition below %s bytes".formatted(round.size(), policy.largeBytes()));
                }
            }
        }

        private boolean isSmall(MergePlan.Input input)
        {
            return input.file().fileSizeInBytes() < policy.smallBytes() && MergeLevel.of(input.file()) < MergeLevel.MAX - 1;
        }

        /**
         * True when the result has that size.
         */
        private static boolean isEnough(List<MergePlan.Input> round, long size)
        {
            return round.size() > 1 && bytes(round) >= size * MergePolicy.SHRINKING;
        }

        private void add(List<MergePlan.Input> inputs, String reason)
        {
            Instant oldest = inputs.stream().map(this::committed).min(Comparator.naturalOrder()).orElse(now);
            plans.add(new MergePlan(snapshot.snapshotId(), snapshot.sequenceNumber(), inputs, oldest, reason));
        }

        private List<List<MergePlan.Input>> split(List<MergePlan.Input> files)
        {
            List<MergePlan.Input> ordered = files.stream()
                    .sorted(Comparator.comparingLong((MergePlan.Input input) -> sequence(input.file())).thenComparing(input -> input.file().location()))
                    .toList();
            List<List<MergePlan.Input>> rounds = new ArrayList<>();
            List<MergePlan.Input> round = new ArrayList<>();
            long bytes = 0;
            long allRows = 0;
            for (MergePlan.Input input : ordered) {
                long size = input.file().fileSizeInBytes();
                long rows = input.file().recordCount();
                if (!round.isEmpty() && (round.size() == policy.inputsMax() || bytes + size > policy.bytesMax() || allRows + rows > MergePolicy.ROWS_MAX)) {
                    rounds.add(round);
                    round = new ArrayList<>();
                    bytes = 0;
                    allRows = 0;
                }
                round.add(input);
                bytes += size;
                allRows += rows;
            }
            if (!round.isEmpty()) {
                rounds.add(round);
            }
            return rounds;
        }

        private boolean isOld(List<MergePlan.Input> round)
        {
            return isOld(round.get(0));
        }

        private boolean isOld(MergePlan.Input input)
        {
            // of an expired snapshot: older than what is kept
            return !times.containsKey(sequence(input.file())) || committed(input).isBefore(now.minus(policy.ageMax()));
        }

        /**
         * When the file came; of one whose snapshot has expired, when the oldest came that is kept.
         */
        private Instant committed(MergePlan.Input input)
        {
            Instant time = times.get(sequence(input.file()));
            return time == null ? times.values().stream().min(Comparator.naturalOrder()).orElse(now) : time;
        }

        private static long sequence(DataFile file)
        {
            Long sequence = file.fileSequenceNumber();
            return sequence == null ? 0 : sequence;
        }

        private static long bytes(List<MergePlan.Input> inputs)
        {
            return inputs.stream().mapToLong(input -> input.file().fileSizeInBytes()).sum();
        }
    }
}
