package io.icegate.alerting.evaluate;

import io.icegate.alerting.evaluate.QueryEngine.Column;
import io.icegate.alerting.evaluate.RuleColumns.BadResultException;
import io.icegate.alerting.rule.NoData;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.RuleTime;
import io.icegate.alerting.state.Labels;
import io.icegate.alerting.state.ResultRow;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestRuleColumns
{
    private static final List<Column> COLUMNS = List.of(
            new Column("service_name", "varchar"),
            new Column("value", "bigint"),
            new Column("example", "varchar(10)"),
            new Column("since", "timestamp(6) with time zone"));

    private static Rule rule(Optional<List<String>> by)
    {
        return new Rule("Errors", Duration.ofMinutes(5), "SELECT 1", by, Duration.ZERO, Duration.ZERO, NoData.RESOLVE, new TreeMap<>(Map.of("severity", "page")), new TreeMap<>(), RuleTime.EVENT, false, false);
    }

    @Test
    void testTextsAreLabels()
            throws BadResultException
    {
        RuleColumns columns = RuleColumns.of(rule(Optional.empty()), COLUMNS);
        assertThat(columns.labelNames()).containsExactly("service_name", "example");
        assertThat(columns.valueNames()).containsExactly("since");
    }

    @Test
    void testChosenColumnsAreLabels()
            throws BadResultException
    {
        RuleColumns columns = RuleColumns.of(rule(Optional.of(List.of("service_name"))), COLUMNS);
        assertThat(columns.rows(List.of(Row.of("cart", "17", "boom", "now"), Row.of(null, null, "", null)))).containsExactly(
                new ResultRow(Labels.NONE, OptionalDouble.empty(), new TreeMap<>(Map.of("example", ""))),
                new ResultRow(Labels.of(Map.of("service_name", "cart")), OptionalDouble.of(17), new TreeMap<>(Map.of("example", "boom", "since", "now"))));
    }

    /**
     * Engines return rows in any order, and the same answer is to be stored as the same bytes.
     */
    @Test
    void testRowsInTheOrderOfLabels()
            throws BadResultException
    {
        RuleColumns columns = RuleColumns.of(rule(Optional.of(List.of("service_name", "example"))), COLUMNS);
        List<Row> rows = List.of(Row.of("cart", "1", "b", null), Row.of("ship", "2", "a", null), Row.of(null, "3", "c", null), Row.of("cart", "4", "a", null));
        assertThat(columns.rows(rows)).extracting(row -> row.value().getAsDouble()).containsExactly(3.0, 4.0, 1.0, 2.0);
        assertThat(columns.rows(rows.reversed())).isEqualTo(columns.rows(rows));
        List<Row> twice = List.of(Row.of("ship", "1", "a", null), Row.of("ship", "2", "a", null), Row.of("cart", "3", "a", null), Row.of("cart", "4", "a", null));
        assertThatThrownBy(() -> columns.rows(twice)).hasMessageContaining("two rows have the labels {example=a, service_name=cart}");
    }

    @Test
    void testRowsHaveLabelsOfTheirOwn()
            throws BadResultException
    {
        RuleColumns columns = RuleColumns.of(rule(Optional.of(List.of("service_name"))), COLUMNS);
        // no label and an empty one are the same
        assertThatThrownBy(() -> columns.rows(List.of(Row.of(null, "1", "a", "b"), Row.of("", "2", "a", "b"))))
                .isInstanceOf(BadResultException.class)
                .hasMessageContaining("two rows have the labels {}");
        assertThatThrownBy(() -> columns.rows(List.of(Row.of("x".repeat(1025), "1", "a", "b"))))
                .hasMessageContaining("a value of the label service_name has more than 1024 bytes");
    }

    @Test
    void testColumnsThatAreNoResult()
    {
        List<Column> columns = List.of(new Column("value", "varchar"), new Column("alertname", "varchar"), new Column("severity", "varchar"), new Column("a b", "varchar"), new Column("a b", "bigint"));
        assertThatThrownBy(() -> RuleColumns.of(rule(Optional.of(List.of("alertname", "severity", "gone"))), columns))
                .isInstanceOfSatisfying(BadResultException.class, e -> assertThat(e.problems()).containsExactly(
                        "two columns are called a b: rename one with AS",
                        "the column value is varchar: a number is expected",
                        "by names gone, which is no column of the query; it has a b, alertname, severity, value",
                        "the column alertname cannot be a label: letters, digits and _ are expected, and not alertname; rename it with AS, or name the labels with by",
                        "the column severity and a fixed label have the same name"));
    }
}
