package io.icegate.maintenance.doctor;

import io.icegate.maintenance.upkeep.UpkeepStatuses;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.table.TableTtl;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.util.PropertyUtil;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

import static java.util.Objects.requireNonNull;

/**
 * Examines tables. Reads the metadata of a table and its manifests, and no row.
 */
public final class Doctor
{
    private static final long MEGABYTE = 1L << 20;
    private static final int CRITICAL_FACTOR = 10;

    private final DoctorThresholds thresholds;
    private final InstantSource clock;

    public Doctor(DoctorThresholds thresholds, InstantSource clock)
    {
        this.thresholds = requireNonNull(thresholds, "thresholds is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Returns what the table needs, the worst first; nothing when it is well.
     *
     * @param waiting in its WAL; {@link WaitingSegments#NONE} for a table that has none
     */
    public List<Finding> examine(TableIdentifier name, Table table, WaitingSegments waiting)
    {
        Examination examination = new Examination(name, table, clock.instant());
        examination.wal(waiting);
        examination.metadata();
        examination.ttl();
        Snapshot snapshot = table.currentSnapshot();
        if (snapshot != null) {
            examination.snapshots();
            examination.manifests(snapshot);
            examination.files(FileCounts.of(table, snapshot, thresholds, examination.now));
            examination.statistics(snapshot);
        }
        return examination.findings.stream().sorted(Finding.ORDER).toList();
    }

    /**
     * Returns what the table needs, as above, with what waits in its WAL. A table that cannot be examined is a finding that says
     * why, so that whoever examines many tables hears of the others; one that is gone has none.
     *
     * @param table loads it
     * @param upkeep of the table's warehouse
     */
    public List<Finding> examine(TableIdentifier name, Supplier<Table> table, EngineWal wal, UpkeepStatuses upkeep)
    {
        try {
            Table loaded = table.get();
            List<Finding> findings = new ArrayList<>(examine(name, loaded, WaitingSegments.of(wal, loaded)));
            if (EngineWal.isWalTable(loaded.properties())) {
                upkeep.read(loaded.uuid()).flatMap(status -> status.waitsForEngine(clock.instant())).ifPresent(action -> findings.add(new Finding(
                        "engine_needed",
                        name,
                        Severity.WARNING,
                        action.reason(),
                        "maintenance cannot merge these files, and queries open each of them",
                        action.result())));
            }
            return findings.stream().sorted(Finding.ORDER).toList();
        }
        catch (NoSuchTableException e) {
            return List.of(); // dropped meanwhile
        }
        catch (RuntimeException e) {
            return List.of(new Finding(
                    "unreadable",
                    name,
                    Severity.CRITICAL,
                    e.getMessage() == null ? e.toString() : e.getMessage(),
                    "queries, commits and upkeep of this table fail",
                    "restore what the reason names, or repair it as the reason says, and examine the table again"));
        }
    }

    /**
     * One table.
     */
    private final class Examination
    {
        private final TableIdentifier name;
        private final Table table;
        private final Instant now;
        private final List<Finding> findings = new ArrayList<>();

        private Examination(TableIdentifier name, Table table, Instant now)
        {
            this.name = name;
            this.table = table;
            this.now = now;
        }

        private void add(String rule, Severity severity, String reason, String cost, String remedy)
        {
            findings.add(new Finding(rule, name, severity, reason, cost, remedy));
        }

        private String execute(String command)
        {
            return "ALTER TABLE icegate.%s EXECUTE %s".formatted(quoted(), command);
        }

        private String quoted()
        {
            return "\"%s\".\"%s\"".formatted(name.namespace().toString().replace("\"", "\"\""), name.name().replace("\"", "\"\""));
        }

        private String call(String procedure)
        {
            return "CALL icegate.system.%s('%s', '%s')".formatted(procedure, name.namespace().toString().replace("'", "''"), name.name().replace("'", "''"));
        }

        private void wal(WaitingSegments waiting)
        {
            if (waiting.corruptWriters() > 0) {
                add("wal_corrupt",
                        Severity.CRITICAL,
                        "%s writers have a segment that cannot be read".formatted(waiting.corruptWriters()),
                        "their rows behind it cannot be queried",
                        "restore the object that the receivers' log names, then " + call("commit_wal"));
            }
            waiting.oldest().map(oldest -> Duration.between(oldest, now)).filter(age -> age.compareTo(thresholds.walLagMax()) > 0).ifPresent(age ->
                    add("wal_lag",
                            age.compareTo(thresholds.walLagMax().multipliedBy(CRITICAL_FACTOR)) > 0 ? Severity.CRITICAL : Severity.WARNING,
                            "%s segments with %s rows wait, the oldest for %s".formatted(waiting.segments(), waiting.rows(), text(age)),
                            "every query lists and opens them; no receiver commits",
                            call("commit_wal")));
        }

        private void metadata()
        {
            if (!(table instanceof BaseTable base)) {
                return;
            }
            TableMetadata metadata = base.operations().current();
            String location = metadata.metadataFileLocation();
            long bytes = location == null ? 0 : table.io().newInputFile(location).getLength();
            if (bytes > thresholds.metadataBytesMax()) {
                add("metadata_size",
                        bytes > thresholds.metadataBytesMax() * CRITICAL_FACTOR ? Severity.CRITICAL : Severity.WARNING,
                        "the metadata file has %s bytes for %s snapshots".formatted(bytes, metadata.snapshots().size()),
                        "every commit writes it anew, and every process keeps it in memory",
                        expire(maxAge()));
            }
        }

        /**
         * A commit with a wrong value is refused, but a table that is registered brings what it has.
         */
        private void ttl()
        {
            for (Map.Entry<String, String> property : new TreeMap<>(table.properties()).entrySet()) {
                try {
                    TableTtl.of(Map.ofEntries(property));
                }
                catch (IllegalArgumentException e) {
                    add("ttl_invalid",
                            Severity.WARNING,
                            String.valueOf(e.getMessage()),
                            "no row of the table is ever due",
                            "ALTER TABLE icegate.%s UNSET TBLPROPERTIES ('%s') -- Spark; or set it to a value".formatted(name, property.getKey().replace("'", "\\'")));
                }
            }
        }

        private Duration maxAge()
        {
            return Duration.ofMillis(PropertyUtil.propertyAsLong(table.properties(), TableProperties.MAX_SNAPSHOT_AGE_MS, TableProperties.MAX_SNAPSHOT_AGE_MS_DEFAULT));
        }

        /**
         * Trino refuses less than seven days, unless the session says otherwise.
         */
        private String expire(Duration age)
        {
            String retention = "%sm".formatted(Math.max(1, age.toMinutes()));
            return "SET SESSION icegate.expire_snapshots_min_retention = '%s'; %s".formatted(retention, execute("expire_snapshots(retention_threshold => '%s')".formatted(retention)));
        }

        private void snapshots()
        {
            Instant due = now.minus(maxAge()).minus(thresholds.expiryLate());
            int keep = PropertyUtil.propertyAsInt(table.properties(), TableProperties.MIN_SNAPSHOTS_TO_KEEP, TableProperties.MIN_SNAPSHOTS_TO_KEEP_DEFAULT);
            List<Instant> times = StreamSupport.stream(table.snapshots().spliterator(), false).map(snapshot -> Instant.ofEpochMilli(snapshot.timestampMillis())).toList();
            long expired = Math.min(times.stream().filter(time -> time.isBefore(due)).count(), times.size() - keep);
            if (expired > 0) {
                add("retention_due",
                        Severity.WARNING,
                        "%s of %s snapshots are older than the %s that the table keeps".formatted(expired, times.size(), text(maxAge())),
                        "files that nobody needs are paid for, and metadata grows with every commit",
                        expire(maxAge()));
            }
        }

        private void manifests(Snapshot snapshot)
        {
            int manifests = snapshot.allManifests(table.io()).size();
            if (manifests > thresholds.manifestsMax()) {
                add("manifests",
                        Severity.WARNING,
                        "the current snapshot has %s manifests".formatted(manifests),
                        "the plan of every query reads those that it cannot skip",
                        execute("optimize_manifests"));
            }
        }

        private void files(FileCounts counts)
        {
            for (Map.Entry<String, FileCounts.Small> entry : counts.small().entrySet()) {
                FileCounts.Small small = entry.getValue();
                if (small.old() > thresholds.smallFilesMax()) {
                    add("small_files",
                            small.old() > (long) thresholds.smallFilesMax() * CRITICAL_FACTOR ? Severity.CRITICAL : Severity.WARNING,
                            "%s of %s files below %s MB in %s are older than %s".formatted(small.old(), small.files(), thresholds.smallFileBytes() / MEGABYTE, entry.getKey(), text(thresholds.freshFor())),
                            "a query opens each of them; together they have %s MB".formatted(small.bytes() / MEGABYTE),
                            execute("optimize(file_size_threshold => '%sMB')".formatted(thresholds.smallFileBytes() / MEGABYTE)));
                }
            }
            if (counts.deleteFiles() > 0) {
                add("delete_files",
                        counts.deleteFiles() > thresholds.smallFilesMax() ? Severity.WARNING : Severity.INFO,
                        "%s delete files take %s rows out of %s data files".formatted(counts.deleteFiles(), counts.deletedRows(), counts.filesWithDeletes()),
                        "readers of these files read the deletes first",
                        execute("optimize"));
            }
            if (counts.unsortedFiles() > 0) {
                add("sort_drift",
                        Severity.INFO,
                        "%s files of %s MB have another order than the table".formatted(counts.unsortedFiles(), counts.unsortedBytes() / MEGABYTE),
                        "queries by the sort columns skip less of them",
                        "CALL icegate.system.rewrite_data_files(table => '%s', strategy => 'sort', options => map('rewrite-all', 'true')) -- Spark".formatted(name.toString().replace("'", "\\'")));
            }
            if (counts.otherSpecFiles() > 0) {
                add("spec_drift",
                        Severity.INFO,
                        "%s files lie in partitions of an earlier layout".formatted(counts.otherSpecFiles()),
                        "queries skip them by the earlier partitions only",
                        execute("optimize(file_size_threshold => '1TB')"));
            }
        }

        /**
         * For planning joins. Statistics are worth their work once there is enough to plan for.
         */
        private void statistics(Snapshot snapshot)
        {
            long files = Long.parseLong(snapshot.summary().getOrDefault("total-data-files", "0"));
            List<StatisticsFile> known = table.statisticsFiles();
            if (known.isEmpty() && files > thresholds.smallFilesMax()) {
                add("statistics",
                        Severity.INFO,
                        "no snapshot has statistics of distinct values",
                        "joins are planned by row counts alone",
                        "ANALYZE icegate." + quoted());
            }
        }

        private static String text(Duration age)
        {
            return age.toHours() >= 1 ? "%s h %s min".formatted(age.toHours(), age.toMinutesPart()) : "%s min".formatted(age.toMinutes());
        }
    }
}
