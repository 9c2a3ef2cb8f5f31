package io.icegate.maintenance.merge;

import com.github.luben.zstd.ZstdDecompressCtx;
import io.icegate.maintenance.statistics.ThetaSketch;
import io.icegate.wal.copies.CopyFolder;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Table;
import org.apache.parquet.io.api.Binary;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * Merges the files of a plan: copies them to the local disk, sorts their keys, copies column by column in that order, and replaces
 * them. Memory is bounded by the settings, whatever the number of files: of a plan that is too large only the first files are taken.
 */
public final class NativeMerge
{
    private final MergeSettings settings;
    private final Path scratch;
    private final RandomGenerator random;
    private final Optional<CopyFolder> copies;

    /**
     * @param scratch folder for copies of the inputs, the columns that are done, and the texts of one column: as much as a plan has
     *         bytes, twice, and what its longest column of texts takes when it is not compressed
     * @param random names files; never repeats itself among processes
     */
    public NativeMerge(MergeSettings settings, Path scratch, RandomGenerator random)
    {
        this(settings, scratch, random, Optional.empty());
    }

    /**
     * As above.
     *
     * @param copies of segments that were written on this machine; they are taken instead of asking the store
     */
    public NativeMerge(MergeSettings settings, Path scratch, RandomGenerator random, Optional<CopyFolder> copies)
    {
        this.copies = requireNonNull(copies, "copies is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.scratch = requireNonNull(scratch, "scratch is null");
        this.random = requireNonNull(random, "random is null");
    }

    /**
     * Merges and commits, whoever else works on the table.
     *
     * @throws MergeRefusedException when these files cannot be merged here
     * @throws UncheckedIOException when a file cannot be read or written; nothing has changed then
     */
    public MergeResult run(Table table, MergePlan plan)
    {
        return run(table, plan, () -> true);
    }

    /**
     * As above.
     *
     * @param mayCommit asked once, when the new files are written; false leaves the table as it is
     */
    public MergeResult run(Table table, MergePlan plan, BooleanSupplier mayCommit)
    {
        for (MergePlan.Input input : plan.inputs()) {
            input.obstacle().ifPresent(obstacle -> {
                throw new MergeRefusedException("Cannot merge %s: %s".formatted(input.file().location(), obstacle));
            });
        }
        String id = "%016x%016x".formatted(random.nextLong(), random.nextLong());
        MergeCommit commit = new MergeCommit(table, id);
        List<DataFile> outputs = new ArrayList<>();
        Map<Integer, ThetaSketch> distinct = new HashMap<>();
        List<MergePlan.Input> inputs;
        try {
            inputs = write(table, plan, id, outputs, distinct);
        }
        catch (IOException e) {
            commit.delete(outputs);
            throw new UncheckedIOException("Cannot merge %s files of table %s: %s".formatted(plan.inputs().size(), table.name(), e.getMessage()), e);
        }
        catch (RuntimeException e) {
            commit.delete(outputs);
            throw e;
        }
        MergeCommit.Result result = mayCommit.getAsBoolean() ? commit.run(plan, inputs, outputs) : commit.giveWay(outputs);
        return new MergeResult(
                result.outcome(),
                inputs.size(),
                outputs.size(),
                outputs.stream().mapToLong(DataFile::recordCount).sum(),
                inputs.stream().mapToLong(input -> input.file().fileSizeInBytes()).sum(),
                outputs.stream().mapToLong(DataFile::fileSizeInBytes).sum(),
                result.snapshotId(),
                distinct);
    }

    /**
     * @param outputs gets the files that were written, also when another one fails
     * @param distinct gets the values of columns whose values are counted
     * @return the inputs that were taken
     */
    private List<MergePlan.Input> write(Table table, MergePlan plan, String id, List<DataFile> outputs, Map<Integer, ThetaSketch> distinct)
            throws IOException
    {
        Path folder = Files.createTempDirectory(scratch, "merge-");
        List<LocalFile> files = new ArrayList<>();
        try (ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
            TableColumns columns = new TableColumns(table);
            List<MergePlan.Input> inputs = take(table, plan, columns, folder, files);
            List<BitSet> deleted = deleted(table, inputs, folder, zstd);
            MergeOrder order = MergeOrder.of(table, columns, files, deleted, settings.rowGroupRows(), zstd);
            requireMemory(columns, files, order);
            try (MergedChunks chunks = MergedChunks.create(folder.resolve("chunks"));
                    TextSpill spill = TextSpill.create(folder.resolve("texts"));
                    ColumnMerger merger = new ColumnMerger(columns, files, order, spill, zstd, settings.compressionLevel())) {
                merger.mergeAll(chunks, distinct);
                writeFiles(new MergedFile(table, columns, chunks), chunks, order, number -> MergeLevel.name(inputs, id, number), outputs);
            }
            return inputs;
        }
        finally {
            for (LocalFile file : files) {
                file.close();
            }
            delete(folder);
        }
    }

    /**
     * Deletes also what was only half copied.
     */
    private static void delete(Path folder)
            throws IOException
    {
        try (Stream<Path> left = Files.list(folder)) {
            for (Path file : left.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    /**
     * Copies files as long as their largest column fits into memory, at least one.
     */
    private List<MergePlan.Input> take(Table table, MergePlan plan, TableColumns columns, Path folder, List<LocalFile> files)
            throws IOException
    {
        long[] memory = new long[columns.leaves().size()];
        long rows = 0;
        List<MergePlan.Input> taken = new ArrayList<>();
        for (MergePlan.Input input : plan.inputs()) {
            rows += input.file().recordCount();
            if (!taken.isEmpty() && rows > settings.rowsMax()) {
                break;
            }
            LocalFile file = copy(table, input.file(), folder.resolve("input-" + taken.size()));
            boolean sorted = Integer.valueOf(table.sortOrder().orderId()).equals(input.file().sortOrderId());
            boolean fits = sorted || add(columns, file, memory);
            if (!fits && !taken.isEmpty()) {
                file.close();
                break;
            }
            files.add(file);
            taken.add(input);
        }
        return taken;
    }

    private LocalFile copy(Table table, DataFile file, Path path)
            throws IOException
    {
        boolean taken = copies.isPresent() && copies.orElseThrow().take(file.location(), file.fileSizeInBytes(), path);
        return taken ? LocalFile.open(file.location(), path) : LocalFile.copy(table.io().newInputFile(file.location()), path);
    }

    private boolean add(TableColumns columns, LocalFile file, long[] memory)
    {
        boolean fits = true;
        for (int leaf = 0; leaf < memory.length; leaf++) {
            Optional<FileLeaf> found = columns.find(file, leaf);
            memory[leaf] += found.map(file::decodedBytes).orElse(0L);
            fits &= memory[leaf] <= settings.columnBytes();
        }
        return fits;
    }

    /**
     * Inputs that say they are sorted, and are not, need more memory than was counted.
     */
    private void requireMemory(TableColumns columns, List<LocalFile> files, MergeOrder order)
    {
        long[] memory = new long[columns.leaves().size()];
        for (int input = 0; input < files.size(); input++) {
            if (order.isPermuted(input) && !add(columns, files.get(input), memory) && files.size() > 1) {
                throw new MergeRefusedException("Cannot merge %s: too many rows are in another order than the table's".formatted(files.get(input).location()));
            }
        }
    }

    private static List<BitSet> deleted(Table table, List<MergePlan.Input> inputs, Path folder, ZstdDecompressCtx zstd)
            throws IOException
    {
        Map<Binary, BitSet> byLocation = new HashMap<>();
        Map<String, DeleteFile> deletes = new LinkedHashMap<>();
        List<BitSet> deleted = new ArrayList<>();
        for (MergePlan.Input input : inputs) {
            BitSet rows = new BitSet();
            deleted.add(rows);
            byLocation.put(Binary.fromConstantByteArray(input.file().location().getBytes(UTF_8)), rows);
            input.deletes().forEach(file -> deletes.put(file.location(), file));
        }
        for (DeleteFile file : deletes.values()) {
            try (LocalFile local = LocalFile.copy(table.io().newInputFile(file.location()), folder.resolve("deletes"))) {
                PositionDeletes.read(local, byLocation, zstd);
            }
        }
        return deleted;
    }

    /**
     * A file holds row groups of one partition, up to the target.
     */
    private void writeFiles(MergedFile writer, MergedChunks chunks, MergeOrder order, IntFunction<String> names, List<DataFile> outputs)
            throws IOException
    {
        List<MergeOrder.Group> groups = order.groups();
        int first = 0;
        while (first < groups.size()) {
            int end = first + 1;
            long bytes = chunks.groupBytes(first);
            while (end < groups.size()
                    && groups.get(end).partition().equals(groups.get(first).partition())
                    && bytes + chunks.groupBytes(end) <= settings.targetBytes()) {
                bytes += chunks.groupBytes(end);
                end++;
            }
            outputs.add(writer.write(first, groups.subList(first, end), names.apply(outputs.size())));
            first = end;
        }
    }
}
