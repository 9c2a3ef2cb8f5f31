package io.icegate.receiver;

import org.apache.iceberg.exceptions.NotFoundException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static io.icegate.receiver.Deadlines.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The rules of docs/operations/backup.md: the catalog is copied first.
 */
final class TestBackup
{
    @TempDir
    private Path folder = Path.of("");

    /**
     * Everything that was acknowledged before the copy began is there once, receivers go on with it, and clients may send again.
     */
    @Test
    void testCopyTakenUnderLoad()
            throws Exception
    {
        String warehouse = "file:" + folder.resolve("warehouse");
        WarehouseCopy copy = new WarehouseCopy(folder.resolve("warehouse"), folder.resolve("copy"));
        ExporterLoad load = new ExporterLoad();
        Set<String> before;
        try (ReceiverServer receiver = ReceiverServer.start(config(warehouse));
                ExporterLoad.Run run = load.start(receiver.grpcPort(), receiver.httpPort())) {
            eventually("requests are acknowledged and some are committed", () -> run.acknowledgedRequests() > 20 && !StoredSignals.read(warehouse, Map.of()).committed().isEmpty());
            before = Set.copyOf(load.acknowledged());
            copy.copyCatalog();
            int acknowledged = run.acknowledgedRequests();
            eventually("more is acknowledged", () -> run.acknowledgedRequests() > acknowledged + 20);
            copy.copyTheRest();
        }
        copy.restore();
        assertThat(before).isNotEmpty();
        assertThat(load.problems(before, StoredSignals.read(warehouse, Map.of()).all())).as("restored").isEmpty();
        try (ReceiverServer receiver = ReceiverServer.start(config(warehouse))) {
            load.repeatAll(receiver.grpcPort(), receiver.httpPort());
            eventually("all is committed", () -> StoredSignals.isAllCommitted(warehouse, Map.of()));
        }
        List<String> committed = StoredSignals.read(warehouse, Map.of()).committed();
        assertThat(load.problems(before, committed)).as("after receivers went on").isEmpty();
    }

    /**
     * The other order is wrong: the catalog names files that were not there yet.
     */
    @Test
    void testCatalogCopiedLast()
            throws Exception
    {
        String warehouse = "file:" + folder.resolve("warehouse");
        WarehouseCopy copy = new WarehouseCopy(folder.resolve("warehouse"), folder.resolve("copy"));
        try (ReceiverServer receiver = ReceiverServer.start(config(warehouse)); LogsClient client = LogsClient.of(receiver)) {
            client.export("before");
            eventually("it is committed", () -> StoredLogs.read(warehouse).committed().contains("before"));
            copy.copyTheRest();
            client.export("meanwhile");
            eventually("it is committed", () -> StoredLogs.read(warehouse).committed().contains("meanwhile"));
            copy.copyCatalog();
        }
        copy.restore();
        assertThatThrownBy(() -> StoredLogs.read(warehouse)).isInstanceOf(NotFoundException.class);
    }

    private static Map<String, String> config(String warehouse)
    {
        return TestingReceiver.config(warehouse, Map.of("icegate.tenant.default", "acme", "icegate.commit.interval", "300ms"));
    }
}
