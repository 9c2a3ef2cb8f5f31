package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.maintenance.doctor.Doctor;
import io.icegate.maintenance.doctor.DoctorThresholds;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.maintenance.doctor.Severity;
import io.icegate.maintenance.doctor.WaitingSegments;
import io.icegate.objectstore.Warehouse;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.ResultTable;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.wal.read.LiveSegment;
import io.icegate.wal.read.LiveTail;
import io.icegate.wal.read.RunEnd;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
                "Tells what the tables of a warehouse need, and the statement that does it.",
                "Reads metadata only and changes nothing; nothing has to run. Fails when a finding is a warning or worse.",
        })
final class DoctorCommand
        implements Callable<Integer>
{
    private static final List<String> COLUMNS = List.of("severity", "table", "rule", "reason", "cost", "remedy");

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    @Option(names = "--json", description = "Prints one JSON object per finding.")
    private boolean json;

    @Override
    public Integer call()
    {
        String uri = warehouse.uri(data.path());
        if (uri.startsWith("file:") && !Files.isDirectory(Path.of(uri.substring("file:".length())))) {
            throw new CommandException("Cannot examine %s: there is no such folder".formatted(uri));
        }
        List<Finding> findings;
        try {
            findings = examine(WritersOfWarehouse.open(uri));
        }
        catch (IOException | RuntimeException e) {
            throw new CommandException("Cannot examine %s: %s".formatted(uri, e.getMessage()), e);
        }
        if (findings.isEmpty() && !json) {
            System.out.println("Nothing to do.");
        }
        else if (!findings.isEmpty()) {
            ResultTable.print(COLUMNS, findings.stream().map(DoctorCommand::row).toList(), json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        }
        return findings.stream().anyMatch(finding -> finding.severity() != Severity.INFO) ? 1 : 0;
    }

    private static List<String> row(Finding finding)
    {
        return List.of(finding.severity().name().toLowerCase(Locale.ROOT), finding.table(), finding.rule(), finding.reason(), finding.cost(), finding.remedy());
    }

    private static List<Finding> examine(Warehouse opened)
            throws IOException
    {
        Doctor doctor = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system());
        List<Finding> findings = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                ObjectStoreCatalog catalog = ObjectStoreCatalog.open("doctor", opened, new ObjectStoreFileIO(opened), Map.of())) {
            EngineWal wal = new EngineWal(opened, new ParquetSegmentCodec(), WalEnvironment.system(executor), EngineWal.Limits.DEFAULT);
            for (Namespace namespace : catalog.listNamespaces()) {
                for (TableIdentifier name : catalog.listTables(namespace)) {
                    try {
                        Table table = catalog.loadTable(name);
                        findings.addAll(doctor.examine(name, table, waiting(wal, table)));
                    }
                    catch (NoSuchTableException e) {
                        // dropped meanwhile
                    }
                }
            }
        }
        return findings.stream().sorted(Comparator.comparing(Finding::severity).reversed().thenComparing(Finding::table)).toList();
    }

    private static WaitingSegments waiting(EngineWal wal, Table table)
    {
        if (!EngineWal.isWalTable(table.properties())) {
            return WaitingSegments.NONE;
        }
        LiveTail tail = wal.tail(((BaseTable) table).operations().current());
        return new WaitingSegments(
                tail.segments().size(),
                tail.rows(),
                tail.segments().stream().map(LiveSegment::head).map(head -> head.lastModified()).min(Comparator.<Instant>naturalOrder()),
                (int) tail.ends().values().stream().filter(end -> end.kind() == RunEnd.Kind.CORRUPT).count());
    }
}
