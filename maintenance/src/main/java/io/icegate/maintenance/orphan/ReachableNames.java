package io.icegate.maintenance.orphan;

import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.ReachableFileUtil;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names of all files that some snapshot of a table needs, as 8 bytes each. Names, not locations: engines spell the location
 * of one file in several ways, and a name has a UUID, which a segment has in its folder. Two names that meet in their 8 bytes only keep a file that could go.
 */
final class ReachableNames
{
    /**
     * 128 MB.
     */
    private static final int COUNT_MAX = 16_000_000;
    private static final int COUNT_FIRST = 1024;
    private static final List<String> PATH = List.of("file_path");
    private static final Pattern SEGMENT = Pattern.compile("/[0-9]{20}\\.parquet$");
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private final int countMax;
    private long[] hashes = new long[COUNT_FIRST];
    private int count;

    private ReachableNames(int countMax)
    {
        this.countMax = countMax;
    }

    /**
     * @throws IllegalStateException when the table has too many files
     * @throws UncheckedIOException when a manifest cannot be read
     */
    static ReachableNames of(Table table)
    {
        return of(table, COUNT_MAX);
    }

    static ReachableNames of(Table table, int countMax)
    {
        ReachableNames names = new ReachableNames(countMax);
        Set<String> manifests = new HashSet<>();
        for (Snapshot snapshot : table.snapshots()) {
            for (ManifestFile manifest : snapshot.allManifests(table.io())) {
                if (manifests.add(manifest.path())) {
                    names.add(manifest.path());
                    names.addFiles(table, manifest);
                }
            }
        }
        ReachableFileUtil.manifestListLocations(table).forEach(names::add);
        ReachableFileUtil.statisticsFilesLocations(table).forEach(names::add);
        table.partitionStatisticsFiles().stream().map(PartitionStatisticsFile::path).forEach(names::add);
        names.hashes = Arrays.copyOf(names.hashes, names.count);
        Arrays.sort(names.hashes);
        return names;
    }

    private void addFiles(Table table, ManifestFile manifest)
    {
        try (CloseableIterable<? extends ContentFile<?>> files = manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, table.io(), table.specs()).select(PATH)
                : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs()).select(PATH)) {
            files.forEach(file -> add(file.location()));
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot read manifest %s: %s".formatted(manifest.path(), e.getMessage()), e);
        }
    }

    private void add(String location)
    {
        if (count == countMax) {
            throw new IllegalStateException("Cannot look for orphans: the snapshots of the table need more than %s files".formatted(countMax));
        }
        if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.min(2 * count, countMax));
        }
        hashes[count++] = hash(name(location));
    }

    /**
     * @param location or the key of an object
     */
    boolean contains(String location)
    {
        return Arrays.binarySearch(hashes, hash(name(location))) >= 0;
    }

    private static String name(String location)
    {
        int slash = location.lastIndexOf('/');
        boolean isSegment = SEGMENT.matcher(location).find();
        return location.substring((isSegment ? location.lastIndexOf('/', slash - 1) : slash) + 1);
    }

    private static long hash(String name)
    {
        long hash = FNV_OFFSET;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }
}
