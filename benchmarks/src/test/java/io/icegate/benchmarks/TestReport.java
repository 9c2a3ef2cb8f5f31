package io.icegate.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

final class TestReport
{
    private final Report report = new Report("sample")
            .setting("threads", 4)
            .peer("none")
            .result(Map.of("per_second", 12.5));

    @Test
    void testJson()
            throws IOException
    {
        JsonNode json = JsonMapper.builder().build().readTree(print(true));
        assertThat(json.get("benchmark").asText()).isEqualTo("sample");
        assertThat(json.at("/settings/threads").asInt()).isEqualTo(4);
        assertThat(json.get("peer").asText()).isEqualTo("none");
        assertThat(json.at("/results/0/per_second").asDouble()).isEqualTo(12.5);
        assertThat(json.at("/machine/cores").asInt()).isPositive();
        assertThat(json.at("/versions/java").asText()).isEqualTo(Runtime.version().toString());
    }

    @Test
    void testText()
            throws IOException
    {
        assertThat(print(false)).startsWith("sample on ").contains("settings: {threads=4}", "{per_second=12.5}");
    }

    private String print(boolean json)
            throws IOException
    {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        report.print(json, new PrintStream(out, true, UTF_8));
        return out.toString(UTF_8);
    }
}
