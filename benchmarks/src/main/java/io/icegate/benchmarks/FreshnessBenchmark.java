package io.icegate.benchmarks;

import io.icegate.objectstore.s3.StrictS3Server;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.telemetry.Freshness;
import io.icegate.standalone.telemetry.FreshnessProbe;
import io.icegate.standalone.telemetry.SdkExportCounts;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * From the acknowledgement of a record to the end of the first query in Trino that returns it, while the commit loop runs.
 */
final class FreshnessBenchmark
{
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final int READERS = 1;

    private final Installation installation;
    private final Path folder;
    private final int probes;
    private final int warmUpProbes;

    FreshnessBenchmark(Installation installation, Path folder, int probes, int warmUpProbes)
    {
        this.installation = installation;
        this.folder = folder;
        this.probes = probes;
        this.warmUpProbes = warmUpProbes;
    }

    Report run(List<Duration> latencies)
            throws InterruptedException, SQLException
    {
        Report report = new Report("freshness")
                .setting("probes", probes)
                .setting("probe_interval_millis", INTERVAL.toMillis())
                .setting("warm_up_probes", warmUpProbes)
                .setting("readers", READERS)
                .setting("store", "S3 server in the process of this benchmark, on the same cores; GET, LIST and PUT have the injected latency; the receiver's commit loop runs")
                .peer("none: no other system runs in this benchmark");
        try (StrictS3Server server = StrictS3Server.start()) {
            Map<String, String> environment = Map.of(
                    "AWS_ENDPOINT_URL", server.endpoint().toString(),
                    "AWS_ACCESS_KEY_ID", "benchmark",
                    "AWS_SECRET_ACCESS_KEY", "benchmark");
            try (MeasuredStack stack = new MeasuredStack(installation, folder, "s3://freshness/warehouse", Map.of(), environment)) {
                SdkExportCounts counts = new SdkExportCounts();
                FreshnessProbe probe = new FreshnessProbe(stack.target(), counts, stack::sql, READERS);
                if (warmUpProbes > 0) {
                    probe.run(warmUpProbes, INTERVAL);
                }
                for (Duration latency : latencies) {
                    server.follow(latency, latency);
                    Freshness freshness = probe.run(probes, INTERVAL);
                    report.result(Map.of(
                            "injected_millis", latency.toMillis(),
                            "freshness_ms_p50", freshness.percentile(50).toNanos() / 1e6,
                            "freshness_ms_p99", freshness.percentile(99).toNanos() / 1e6,
                            "freshness_ms_max", freshness.max().toNanos() / 1e6));
                }
                server.follow(Duration.ZERO, Duration.ZERO);
                requireStored(stack, counts.acknowledged(SdkExportCounts.Kind.LOG_RECORDS));
            }
        }
        return report;
    }

    private static void requireStored(MeasuredStack stack, long acknowledged)
            throws SQLException
    {
        try (Connection connection = stack.sql();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM logs")) {
            rows.next();
            if (rows.getLong(1) != acknowledged) {
                throw new CommandException("The benchmark is invalid: %s records were acknowledged, but %s are stored".formatted(acknowledged, rows.getLong(1)));
            }
        }
    }
}
