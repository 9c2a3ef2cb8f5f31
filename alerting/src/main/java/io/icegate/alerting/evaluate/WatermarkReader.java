package io.icegate.alerting.evaluate;

import com.google.common.collect.ImmutableSortedMap;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * Up to which {@code ingest_time} tables are complete: every row below it is in each statement that begins after the answer.
 *
 * @param catalog of the warehouse in the engine
 * @param schema of the tables of signals
 */
public record WatermarkReader(QueryEngine engine, String catalog, String schema)
{
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .appendPattern("yyyy-MM-dd HH:mm:ss")
            .optionalStart()
            .appendFraction(ChronoField.MICRO_OF_SECOND, 1, 6, true)
            .optionalEnd()
            .toFormatter();

    public WatermarkReader
    {
        requireNonNull(engine, "engine is null");
        requireNonNull(catalog, "catalog is null");
        requireNonNull(schema, "schema is null");
    }

    /**
     * Reads the watermarks of tables with one statement.
     *
     * @param tables names of at least one table
     */
    public SortedMap<String, Instant> read(Collection<String> tables)
            throws QueryException, InterruptedException
    {
        String sql = new TreeSet<>(tables).stream()
                .map(table -> "SELECT '%s', CAST(CAST(min(low) AT TIME ZONE 'UTC' AS timestamp(6)) AS varchar) FROM \"%s\".\"%s\".\"%s$watermark\"".formatted(table, catalog, schema, table))
                .collect(Collectors.joining(" UNION ALL "));
        Map<String, Instant> found = engine.run(sql, tables.size()).rows().stream().collect(Collectors.toMap(
                row -> row.value(0).orElseThrow(),
                row -> instant(row.value(1).orElseThrow())));
        return ImmutableSortedMap.copyOf(found);
    }

    private static Instant instant(String text)
    {
        return LocalDateTime.parse(text, TIMESTAMP).toInstant(ZoneOffset.UTC);
    }
}
