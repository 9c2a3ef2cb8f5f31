package io.icegate.alerting.rule;

import io.icegate.alerting.rule.Template.Names;
import io.icegate.alerting.rule.Template.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestTemplate
{
    private static final Row ROW = new Row(
            new TreeMap<>(Map.of("service_name", "cart")),
            OptionalDouble.of(17),
            new TreeMap<>(Map.of("example", "it {{ $broke }}", "bytes", "1234567", "text", "many")),
            Instant.parse("2026-11-28T18:30:00Z"));
    private static final Names NAMES = new Names(Optional.of(List.of("service_name")), Optional.of(List.of("example", "bytes")), true);

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", value = {
            "no place at all                              => no place at all",
            "{{ $labels.service_name }}: {{ $value }} errors => cart: 17 errors",
            "{{$value}}{{ $value}}                        => 1717",
            // what is filled in is text, never a template
            "such as {{ $values.example }}                => such as it {{ $broke }}",
            "at {{ $tick }}                               => at 2026-11-28T18:30:00Z",
            "{{ $values.bytes | humanize }}B              => 1.235MB",
            "{{ humanize $values.bytes }}B                => 1.235MB",
            "{{ $values.text | humanize }}                => many",
            "<{{ $values.absent }}{{ $labels.absent }}>   => <>",
            "} }} { {                                     => } }} { {",
    })
    void testRender(String text, String rendered)
    {
        assertThat(Template.parse(text).render(ROW)).isEqualTo(rendered);
    }

    @ParameterizedTest
    @CsvSource({
            "humanize, 0, 0", "humanize, 1, 1", "humanize, 999.96, 1000", "humanize, 1234567, 1.235M", "humanize, -1500, -1.5k", "humanize, 0.0125, 12.5m", "humanize, 1e30, 1000000Y",
            "humanize, NaN, NaN", "humanize, Infinity, +Inf",
            "humanizeDuration, 0, 0s", "humanizeDuration, 0.0125, 12.5ms", "humanizeDuration, 1.5, 1.5s", "humanizeDuration, 62, 1m 2s", "humanizeDuration, 3723, 1h 2m 3s",
            "humanizeDuration, 90061, 1d 1h 1m 1s", "humanizeDuration, -62, -1m 2s",
            "humanizePercentage, 0.125, 12.5%", "humanizePercentage, 1, 100%", "humanizePercentage, 0.000012345, 0.001234%",
    })
    void testHumanize(String function, double value, String text)
    {
        Row row = new Row(new TreeMap<>(), OptionalDouble.of(value), new TreeMap<>(), ROW.tick());
        assertThat(Template.parse("{{ $value | " + function + " }}").render(row)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"17, 17", "17.5, 17.5", "-3, -3", "1e20, 1.0E20", "NaN, NaN", "-Infinity, -Inf"})
    void testPlainNumbers(double value, String text)
    {
        assertThat(Template.parse("{{ $value }}").render(new Row(new TreeMap<>(), OptionalDouble.of(value), new TreeMap<>(), ROW.tick()))).isEqualTo(text);
    }

    @Test
    void testValueMayBeAbsent()
    {
        assertThat(Template.parse("<{{ $value | humanize }}>").render(new Row(new TreeMap<>(), OptionalDouble.empty(), new TreeMap<>(), ROW.tick()))).isEqualTo("<>");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", quoteCharacter = '`', value = {
            "{{ $labels.service_nam }}            => '{{ $labels.service_nam }}': there is no label 'service_nam'; did you mean 'service_name'?",
            "{{ $labels.example }}                => '{{ $labels.example }}': 'example' is a column but no label; write $values.example, or add it to 'by'",
            "{{ $values.service_name }}           => '{{ $values.service_name }}': 'service_name' is a label; write $labels.service_name",
            "{{ $values.value }}                  => '{{ $values.value }}': the number of the alert is $value",
            "{{ $values.zzzzzzz }}                => '{{ $values.zzzzzzz }}': there is no column 'zzzzzzz'; known are example, bytes",
            "{{ $labels }}                        => '{{ $labels }}': there is no $labels; there are $labels.x, $value, $values.x and $tick",
            "{{ $labels.service.name }}           => '{{ $labels.service.name }}': 'service.name' is no name of a column; use letters, digits and _, and name the column so with AS",
            "{{ $externalURL }}                   => '{{ $externalURL }}': there is no $externalURL; there are $labels.x, $value, $values.x and $tick",
            "{{ $value | humanise }}              => '{{ $value | humanise }}': there is no function 'humanise'; did you mean 'humanize'?",
            "{{ humanize $value | humanize }}     => '{{ humanize $value | humanize }}' has two functions; at most one is possible",
            "{{ $value | humanize | humanize }}   => '{{ $value | humanize | humanize }}' is not possible; write {{ $labels.x }}, {{ $value }}, {{ $values.x }} or {{ $tick }}, and use CASE in the query for conditions",
            "{{ if $value }}                      => '{{ if $value }}': there is no function 'if'; known are humanize, humanizeDuration, humanizePercentage",
            "{{ .Labels.x }}                      => '{{ .Labels.x }}' is not possible; write {{ $labels.x }}, {{ $value }}, {{ $values.x }} or {{ $tick }}, and use CASE in the query for conditions",
            "{{ $tick | humanizeDuration }}       => '{{ $tick | humanizeDuration }}': a time cannot be humanized",
            "{{ $value                            => '{{' has no '}}' after it",
    })
    void testProblems(String text, String problem)
    {
        assertThat(Template.problems(text, NAMES)).containsExactly(problem);
    }

    @Test
    void testAllProblemsAreTold()
    {
        assertThat(Template.problems("{{ $a }} {{ $labels.b }} {{ $value }}", new Names(Optional.of(List.of()), Optional.empty(), false))).containsExactly(
                "'{{ $a }}': there is no $a; there are $labels.x, $value, $values.x and $tick",
                "'{{ $labels.b }}': there is no label 'b'",
                "'{{ $value }}': the query has no column named value; write AS value behind the number");
        assertThatThrownBy(() -> Template.parse("{{ $a }}")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("there is no $a");
        assertThat(Template.problems("{{ $labels.anything }} {{ $values.anything }}", Names.UNKNOWN)).isEmpty();
    }

    @Test
    void testTextIsBounded()
    {
        for (int count : new int[] {1, RuleLimits.ANNOTATION_BYTES_MAX / 4, RuleLimits.ANNOTATION_BYTES_MAX / 4 + 1, 5 * RuleLimits.ANNOTATION_BYTES_MAX}) {
            String value = "😀".repeat(count);
            Row row = new Row(new TreeMap<>(Map.of("x", value)), OptionalDouble.empty(), new TreeMap<>(), ROW.tick());
            String text = Template.parse("{{ $labels.x }}").render(row);
            assertThat(text.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(RuleLimits.ANNOTATION_BYTES_MAX);
            assertThat(text.equals(value)).isEqualTo(value.length() * 2 <= RuleLimits.ANNOTATION_BYTES_MAX);
            assertThat(text).doesNotContain("?");
        }
    }
}
