package io.icegate.catalog.log;

import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.Seeds;
import io.icegate.objectstore.s3.S3FaultPlan;
import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.warehouse.Warehouses;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The history over HTTP, with the real client: 12 % of all requests fail before or after their effect.
 * {@code -Dicegate.history-transfers} sets how much each writer does; {@code -Plong} sets more.
 */
final class TestCatalogHistoryOnS3
{
    private static final int PROCESSES = 8;
    private static final int READERS = 2;
    private static final int WRITERS = 4;
    private static final int TRANSFERS = Integer.getInteger("icegate.history-transfers", 30);

    @Test
    void testFaultsOnEveryRequest()
            throws IOException
    {
        long seed = Seeds.next("TestCatalogHistoryOnS3.testFaultsOnEveryRequest");
        try (StrictS3Server server = StrictS3Server.start()) {
            server.createBucket("lake");
            List<CatalogLog> processes = new ArrayList<>();
            List<ObjectStore> stores = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                ObjectStore store = Warehouses.open("s3://lake/history", server.properties()).store();
                stores.add(store);
                processes.add(LogFixture.open(store, CatalogEnvironment.system()));
            }
            server.follow(S3FaultPlan.standard(seed));
            CatalogHistory history = new CatalogHistory(processes, READERS, WRITERS, TRANSFERS, seed);
            history.run();
            server.follow(S3FaultPlan.none());
            CatalogHistory.Report report = history.check(stores.get(0));
            System.out.println("history on S3: " + report);
            assertThat(report.isClean()).as("%s", report).isTrue();
            assertThat(report.acknowledged() + report.refused() + report.unknown()).isEqualTo(PROCESSES * WRITERS * TRANSFERS);
            assertThat(report.acknowledged()).isGreaterThan(PROCESSES * WRITERS * TRANSFERS * 5 / 6);
            assertThat(report.reads()).isPositive();
            processes.forEach(CatalogLog::close);
            for (ObjectStore store : stores) {
                store.close();
            }
        }
    }
}
