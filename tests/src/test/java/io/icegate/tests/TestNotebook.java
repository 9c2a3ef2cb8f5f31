package io.icegate.tests;

import io.icegate.standalone.telemetry.OtlpTarget;
import io.icegate.standalone.telemetry.Protocol;
import io.icegate.standalone.telemetry.SdkExportCounts;
import io.icegate.standalone.telemetry.TracedApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * The notebook of {@code notebooks/}, every cell of it, against a running IceGate.
 */
final class TestNotebook
{
    private static final Path NOTEBOOKS = Path.of("").toAbsolutePath().resolveSibling("notebooks");
    private static final String NAME = "icegate-demo.ipynb";
    private static final int SKIPPED = 77;
    private static final int RECORDS = 200;

    @Test
    void testCommittedWithoutOutputs()
            throws IOException
    {
        String notebook = Files.readString(NOTEBOOKS.resolve(NAME));
        assertThat(notebook).contains("\"outputs\": []").doesNotContain("\"output_type\"");
        assertThat(notebook.lines().filter(line -> line.contains("\"execution_count\"")))
                .isNotEmpty()
                .allMatch(line -> line.contains("null"));
    }

    @Test
    void testRunsTopToBottom(@TempDir Path folder)
            throws Exception
    {
        List<Integer> ports = Services.freePorts();
        List<String> arguments = Services.startArguments(folder.resolve("data"), ports, "--receiver", "icegate.commit.enabled=false");
        try (IceGateScript _ = Services.start(folder, Map.of(), arguments)) {
            OtlpTarget target = new OtlpTarget(ports.get(0), ports.get(1));
            LoggedRecord.log(target, new SdkExportCounts(), "for the notebook", RECORDS);
            try (TracedApplication traced = new TracedApplication("notebook", target, Protocol.HTTP, new SdkExportCounts())) {
                traced.tracer().spanBuilder("a span of the notebook").startSpan().end();
                traced.meter().counterBuilder("a.metric.of.the.notebook").build().add(1);
                traced.flush();
            }

            try (IceGateScript notebook = IceGateScript.startNotebook(folder, Map.of("ICEGATE_TRINO_URL", "http://localhost:" + ports.get(2)))) {
                notebook.awaitEnd();
                if (notebook.exitValue() == SKIPPED) {
                    abort(notebook.output());
                }
                assertThat(notebook.exitValue()).describedAs(notebook.output()).isZero();
            }
        }
        String executed = Files.readString(NOTEBOOKS.resolve("target").resolve(NAME));
        // what the summary of the first query and the snapshot of the commit show
        assertThat(executed).contains("<td style='text-align:left'>%s</td>".formatted(RECORDS)).contains("append").contains("a span of the notebook", "a.metric.of.the.notebook").doesNotContain("\"ename\"");
    }
}
