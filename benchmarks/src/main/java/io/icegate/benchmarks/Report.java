package io.icegate.benchmarks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import static com.fasterxml.jackson.databind.SerializationFeature.INDENT_OUTPUT;
import static java.util.Objects.requireNonNull;

/**
 * The results of one benchmark, with the machine, the versions and the settings that they belong to.
 */
public final class Report
{
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(INDENT_OUTPUT)
            .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    private final String benchmark;
    private final Map<String, Object> settings = new LinkedHashMap<>();
    private final List<Map<String, Object>> results = new ArrayList<>();
    private final Consumer<Object> progress;
    private String peer = "";

    public Report(String benchmark)
    {
        this(benchmark, _ -> {});
    }

    /**
     * @param progress is told each result as soon as there is one
     */
    public Report(String benchmark, Consumer<Object> progress)
    {
        this.benchmark = requireNonNull(benchmark, "benchmark is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    public Report setting(String name, Object value)
    {
        settings.put(name, value);
        return this;
    }

    public Report result(Map<String, Object> result)
    {
        results.add(new LinkedHashMap<>(result));
        progress.accept(result);
        return this;
    }

    /**
     * What the results can be compared with, or why with nothing.
     */
    public Report peer(String peer)
    {
        this.peer = peer;
        return this;
    }

    public void print(boolean json, PrintStream out)
            throws IOException
    {
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("benchmark", benchmark);
            all.put("machine", machine());
            all.put("versions", versions());
            all.put("settings", settings);
            all.put("peer", peer);
            all.put("results", results);
            MAPPER.writeValue(out, all);
            out.println();
            return;
        }
        out.println("%s on %s".formatted(benchmark, machine()));
        out.println("settings: " + settings);
        out.println("peer: " + peer);
        results.forEach(out::println);
    }

    private static Map<String, Object> machine()
    {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("architecture", System.getProperty("os.arch", "unknown"));
        machine.put("os", System.getProperty("os.name", "unknown") + " " + System.getProperty("os.version", ""));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            machine.put("memory_bytes", system.getTotalMemorySize());
            machine.put("load_average", system.getSystemLoadAverage());
        }
        return machine;
    }

    private static Map<String, Object> versions()
    {
        Map<String, Object> versions = new LinkedHashMap<>();
        String icegate = Report.class.getPackage().getImplementationVersion();
        versions.put("icegate", icegate == null ? "unknown" : icegate);
        versions.put("java", Runtime.version().toString());
        return versions;
    }
}
