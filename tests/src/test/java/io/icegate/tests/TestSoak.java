package io.icegate.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Most of a minute of everything, or as many as {@code icegate.soak-minutes} says.
 */
@Order(0) // waits more than it computes, so that others run beside it
final class TestSoak
{
    /**
     * So long that each part is killed, and is there again for a while before the next one is.
     */
    private static final double MINUTES = Double.parseDouble(System.getProperty("icegate.soak-minutes", "0.75"));

    @TempDir
    private Path folder = Path.of("");

    /**
     * Nothing is lost or doubled while programs are killed and tables are kept in order.
     */
    @Test
    void testLedgerBalances()
            throws Exception
    {
        List<String> command = List.of(
                "soak",
                "--minutes",
                Double.toString(MINUTES),
                "--rate",
                "600",
                "--clients",
                "1",
                "--kill-every",
                "14",
                "--kill",
                "receiver,maintenance",
                "--receiver-memory",
                "256MB",
                "--trino-memory",
                "1GB");
        try (IceGateScript soak = IceGateScript.start(folder, Services.environment(Map.of()), command)) {
            soak.awaitEnd(IceGateScript.LIMIT.plusSeconds(Math.round(60 * MINUTES)));
            assertThat(soak.exitValue()).as(soak.output()).isZero();
            assertThat(soak.output()).contains("SOAK OK");
        }
        JsonNode result = JsonMapper.builder().build().readTree(folder.resolve("soak-report/soak.json").toFile()).get("results").get(0);
        assertThat(result.get("balances").asBoolean()).isTrue();
        assertThat(result.get("acknowledged").asLong()).isPositive().isEqualTo(result.get("stored").asLong());
        assertThat(result.get("ledger")).hasSize(3).allSatisfy(line -> assertThat(line.get("stored").asLong()).isPositive());
        assertThat(result.get("kills")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(result.get("requests_sent_again").asLong()).isPositive();
        assertThat(result.get("curves_by_minute").fieldNames()).toIterable().contains("acknowledge_p90_ms", "query_count_by_service_p50_ms", "receiver_heap_mb", "maintenance_resident_mb", "logs_files");
        assertThat(Files.readString(folder.resolve("soak-report/soak.html"), UTF_8)).contains("The ledger balances", "<polyline");
    }
}
