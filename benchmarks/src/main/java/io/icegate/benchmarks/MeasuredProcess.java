package io.icegate.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A process that measures one thing with the class path of a receiver, and prints its results as a line of JSON.
 *
 * @param options of the JVM
 * @param log what the process writes besides: parquet-java reports there what nobody wants to know, unless something fails
 */
record MeasuredProcess(Installation installation, List<String> options, Path log)
{
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    MeasuredProcess
    {
        options = List.copyOf(options);
    }

    /**
     * @param subject what is measured, for the message
     */
    List<Map<String, Object>> run(Class<?> main, Object subject, List<String> arguments)
            throws IOException, InterruptedException
    {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
        builder.command().addAll(options);
        builder.command().add(main.getName());
        builder.command().addAll(arguments);
        builder.environment().put("CLASSPATH", installation.classPath("otlp-receiver") + File.pathSeparator + System.getProperty("java.class.path", ""));
        Process process = builder.redirectError(log.toFile()).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new CommandException("Cannot measure %s: the process ended with exit code %s: %s".formatted(subject, process.exitValue(), Files.readString(log, UTF_8)));
            }
            return MAPPER.readValue(output, new TypeReference<>() {});
        }
        finally {
            process.destroyForcibly();
        }
    }
}
