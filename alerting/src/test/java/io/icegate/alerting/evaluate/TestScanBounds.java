package io.icegate.alerting.evaluate;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestScanBounds
{
    @Test
    void testBounds()
    {
        String plan =
                """
                {"inputTableColumnInfos": [
                  {"table": {"catalog": "icegate", "schemaTable": {"schema": "otel", "table": "logs"}},
                   "constraint": {"none": false, "columnConstraints": [
                     {"columnName": "tenant_id", "domain": {"nullsAllowed": false, "ranges": [{"low": {"value": "shop", "bound": "EXACTLY"}, "high": {"value": "shop", "bound": "EXACTLY"}}]}},
                     {"columnName": "severity_number", "domain": {"nullsAllowed": true, "ranges": [{"low": {"value": "17", "bound": "ABOVE"}, "high": {"bound": "BELOW"}}, {"low": {"bound": "ABOVE"}, "high": {"value": "3", "bound": "BELOW"}}]}}]}},
                  {"table": {"catalog": "icegate", "schemaTable": {"schema": "otel", "table": "spans"}}, "constraint": {"none": true, "columnConstraints": []}},
                  {"table": {"catalog": "icegate", "schemaTable": {"schema": "otel", "table": "metrics"}}, "constraint": {"none": false, "columnConstraints": []}}]}
                """;
        assertThat(ScanBounds.parse(plan)).containsExactly(
                new ScanBounds("icegate.otel.logs", "tenant_id", "[shop, shop]"),
                new ScanBounds("icegate.otel.logs", "severity_number", "(17, ∞) or (-∞, 3) or NULL"),
                new ScanBounds("icegate.otel.spans", "", "reads nothing"),
                new ScanBounds("icegate.otel.metrics", "", "reads all"));
        assertThatThrownBy(() -> ScanBounds.parse("Fragment 0")).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("Cannot read the plan: ");
    }
}
