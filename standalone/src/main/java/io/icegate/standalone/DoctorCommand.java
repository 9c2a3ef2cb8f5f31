package io.icegate.standalone;

import io.icegate.catalog.ObjectStoreCatalog;
import io.icegate.catalog.ProgramName;
import io.icegate.io.ObjectStoreFileIO;
import io.icegate.maintenance.doctor.Doctor;
import io.icegate.maintenance.doctor.DoctorThresholds;
import io.icegate.maintenance.doctor.Finding;
import io.icegate.maintenance.doctor.Severity;
import io.icegate.maintenance.upkeep.UpkeepStatuses;
import io.icegate.objectstore.Warehouse;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.console.ResultTable;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.answer.AnswerColumn;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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
            ResultTable.print(Finding.COLUMNS.stream().map(AnswerColumn::name).toList(), findings.stream().map(DoctorCommand::row).toList(), json ? ResultTable.Format.JSON : ResultTable.Format.ALIGNED, System.out);
        }
        return findings.stream().anyMatch(finding -> finding.severity() != Severity.INFO) ? 1 : 0;
    }

    private static List<String> row(Finding finding)
    {
        return Finding.COLUMNS.stream().map(column -> column.value().apply(finding).map(Object::toString).orElse("")).toList();
    }

    private static List<Finding> examine(Warehouse opened)
            throws IOException
    {
        Doctor doctor = new Doctor(DoctorThresholds.DEFAULT, InstantSource.system());
        List<Finding> findings = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                ObjectStoreCatalog catalog = ObjectStoreCatalog.open("doctor", opened, new ObjectStoreFileIO(opened), Map.of(ProgramName.PROGRAM, "doctor"))) {
            EngineWal wal = new EngineWal(opened, new ParquetSegmentCodec(), WalEnvironment.system(executor), EngineWal.Limits.DEFAULT);
            UpkeepStatuses upkeep = new UpkeepStatuses(opened.store());
            for (Namespace namespace : catalog.state().namespaces()) {
                for (TableIdentifier name : catalog.listTables(namespace)) {
                    findings.addAll(doctor.examine(name, () -> catalog.loadTable(name), wal, upkeep));
                }
            }
        }
        return findings.stream().sorted(Finding.ORDER).toList();
    }
}
