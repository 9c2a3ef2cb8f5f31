package io.icegate.benchmarks;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

final class TestLogRequests
{
    private static final int RECORDS = 10;
    private static final int REQUESTS = 200;

    @Test
    void testEveryRequestIsNewAndWhole()
            throws Exception
    {
        LogRequests requests = new LogRequests(RECORDS);
        Set<String> seen = new HashSet<>();
        for (int request = 0; request < REQUESTS; request++) {
            byte[] body = requests.next();
            assertThat(seen.add(HexFormat.of().formatHex(body))).as("request %s is new", request).isTrue();
            int records = ExportLogsServiceRequest.parseFrom(body).getResourceLogsList().stream()
                    .flatMap(resource -> resource.getScopeLogsList().stream())
                    .mapToInt(scope -> scope.getLogRecordsCount())
                    .sum();
            assertThat(records).isEqualTo(RECORDS);
        }
        assertThat(requests.bytesPerRecord()).isPositive();
    }
}
