package io.icegate.wal.batches;

import io.icegate.wal.Digests;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * The indexes that tell which batches of a table are committed. It lies in a table property and moves in the same
 * transaction as the offset vector, so whoever pinned the metadata pinned both. The canonical text, in order of commit, is
 * {@code 1;<name>=<count>/<from>/<to>,<name>=…}, times in milliseconds since the epoch; the empty window is the empty text.
 */
public record BatchWindow(List<Entry> entries)
{
    /**
     * Key of the table property. In the summary of a snapshot it holds the {@link #digest} of the window after the commit.
     */
    public static final String PROPERTY = "icegate.wal.batches";
    /**
     * Key of the snapshot summary that names the indexes which this commit wrote for its own segments, comma between.
     */
    public static final String INDEX_SUMMARY = "icegate.wal.batch-index";
    /**
     * Above so many indexes a commit merges neighbours.
     */
    public static final int INDEXES_MAX = 64;
    public static final BatchWindow EMPTY = new BatchWindow(List.of());

    private static final String FORMAT = "1;";
    // a table that somebody wrote by hand must not take a reader's memory
    private static final int TEXT_LENGTH_MAX = 64 * 1024;

    /**
     * One index.
     *
     * @param count of the ids in it
     * @param from earliest time of an id in it
     * @param to latest time of an id in it
     */
    public record Entry(BatchIndexName name, int count, Instant from, Instant to)
    {
        public Entry
        {
            requireNonNull(name, "name is null");
            if (count < 1 || from.isAfter(to)) {
                throw new IllegalArgumentException("Cannot describe batch index %s with %s ids from %s to %s".formatted(name, count, from, to));
            }
        }

        static Entry parse(String text)
        {
            int equals = text.indexOf('=');
            String[] values = text.substring(equals + 1).split("/", -1);
            if (equals < 0 || values.length != 3) {
                throw new IllegalArgumentException("bad entry '%s'".formatted(text));
            }
            return new Entry(
                    new BatchIndexName(text.substring(0, equals)),
                    Integer.parseInt(values[0]),
                    Instant.ofEpochMilli(Long.parseLong(values[1])),
                    Instant.ofEpochMilli(Long.parseLong(values[2])));
        }

        private String text()
        {
            return "%s=%s/%s/%s".formatted(name, count, from.toEpochMilli(), to.toEpochMilli());
        }
    }

    public BatchWindow
    {
        entries = List.copyOf(entries);
    }

    /**
     * @throws IllegalArgumentException when the text is not canonical
     */
    public static BatchWindow parse(String text)
    {
        if (text.isEmpty()) {
            return EMPTY;
        }
        if (text.length() > TEXT_LENGTH_MAX || !text.startsWith(FORMAT)) {
            throw new IllegalArgumentException("Cannot read batch window of %s characters: this version reads those that begin with '%s'".formatted(text.length(), FORMAT));
        }
        List<Entry> entries = new ArrayList<>();
        for (String entry : text.substring(FORMAT.length()).split(",", -1)) {
            try {
                entries.add(Entry.parse(entry));
            }
            catch (RuntimeException e) {
                throw new IllegalArgumentException("Cannot read batch window '%s': %s".formatted(text, e.getMessage()), e);
            }
        }
        return new BatchWindow(entries);
    }

    /**
     * The window in a table's properties; empty for a table that has committed nothing yet.
     */
    public static BatchWindow of(Map<String, String> properties)
    {
        return parse(properties.getOrDefault(PROPERTY, ""));
    }

    /**
     * The indexes that a version of a table refers to: of its window, and of the commits of its snapshots, which a
     * reconciliation asks.
     */
    public static Set<BatchIndexName> namedBy(TableMetadata metadata)
    {
        Set<BatchIndexName> names = new HashSet<>();
        of(metadata.properties()).entries().forEach(entry -> names.add(entry.name()));
        metadata.snapshots().forEach(snapshot -> names.addAll(written(snapshot.summary())));
        return names;
    }

    /**
     * The indexes that the commit with this summary wrote for its segments.
     *
     * @param summary parsed by Iceberg from a JSON object that may be absent
     */
    public static List<BatchIndexName> written(@Nullable Map<String, String> summary)
    {
        String text = summary == null ? "" : summary.getOrDefault(INDEX_SUMMARY, "");
        return text.isEmpty() ? List.of() : List.of(text.split(",", -1)).stream().map(BatchIndexName::new).toList();
    }

    /**
     * Ids in all indexes.
     */
    public long count()
    {
        return entries.stream().mapToLong(Entry::count).sum();
    }

    public String text()
    {
        return entries.isEmpty() ? "" : FORMAT + entries.stream().map(Entry::text).collect(Collectors.joining(","));
    }

    /**
     * SHA-256 of the canonical text, 64 hex digits.
     */
    public String digest()
    {
        return Digests.sha256(text());
    }

    @Override
    public String toString()
    {
        return text();
    }
}
