package io.icegate.receiver;

import io.icegate.objectstore.azure.StrictAzureServer;
import io.icegate.objectstore.gcs.StrictGcsServer;
import io.icegate.objectstore.http.HttpFaultPlan;
import io.icegate.objectstore.http.StrictHttpServer;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static io.icegate.receiver.Deadlines.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver on Google Cloud Storage and on Azure Blob Storage, which fail like S3 does: what was acknowledged is committed,
 * once. {@code -Dicegate.seed} repeats the faults.
 */
final class TestReceiverOnOtherClouds
{
    private static final long SEED = Long.getLong("icegate.seed", System.nanoTime());
    private static final int REQUESTS = 40;

    @Test
    void testGoogle()
            throws Exception
    {
        try (StrictGcsServer server = StrictGcsServer.start()) {
            verify(server, "gs://lake/wh", server.properties());
        }
    }

    @Test
    void testAzure()
            throws Exception
    {
        try (StrictAzureServer server = StrictAzureServer.start()) {
            verify(server, "abfss://lake@%s.dfs.core.windows.net/wh".formatted(StrictAzureServer.ACCOUNT), server.properties());
        }
    }

    private static void verify(StrictHttpServer server, String warehouse, Map<String, String> store)
            throws Exception
    {
        System.out.printf("faults: seed=%s%n", SEED);
        server.createBucket("lake");
        Map<String, String> config = TestingReceiver.config(warehouse, store);
        config.put("icegate.tenant.default", "acme");
        config.put("icegate.commit.interval", "300ms");
        ExporterLoad load = new ExporterLoad();
        try (ReceiverServer receiver = ReceiverServer.start(config)) {
            server.follow(HttpFaultPlan.standard(SEED));
            try (ExporterLoad.Run run = load.start(receiver.grpcPort(), receiver.httpPort())) {
                eventually("requests are acknowledged", () -> run.acknowledgedRequests() > REQUESTS);
            }
            server.follow(HttpFaultPlan.none());
            load.repeatAll(receiver.grpcPort(), receiver.httpPort());
            eventually("all is committed", () -> StoredSignals.isAllCommitted(warehouse, store));
            List<String> committed = StoredSignals.read(warehouse, store).committed();
            assertThat(load.problems(load.acknowledged(), committed)).as("seed %s", SEED).isEmpty();
            assertThat(committed).hasSameSizeAs(load.acknowledged());
        }
    }
}
