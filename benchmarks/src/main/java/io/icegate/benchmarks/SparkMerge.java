package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;
import io.icegate.standalone.process.Installation;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Spark's {@code rewrite_data_files}, in a process on Java 17 that the tests of the extension have the main class of.
 */
final class SparkMerge
        implements MergePeer
{
    private static final String MODULE = "spark-extension";
    private static final String MAIN = "io.icegate.spark.MeasuredRewrite";
    private static final String HEAP = "3g";
    /**
     * What Spark's own scripts open on Java 17.
     */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    private final String description;
    private final Path log;
    private final Process process;
    private final BufferedReader out;

    SparkMerge(Installation installation, Path folder, Path warehouse)
            throws IOException
    {
        String classPath = classPath(installation);
        description = "Spark %s with Iceberg %s, rewrite_data_files(strategy => 'sort') in the table's order, local[2], heap %s".formatted(
                ClassPathVersion.of("spark-sql_2.13", classPath),
                ClassPathVersion.of("iceberg-spark-runtime-4.1_2.13", classPath),
                HEAP);
        log = Files.createDirectories(folder).resolve("spark.log");
        ProcessBuilder builder = new ProcessBuilder(java17(), "-Xmx" + HEAP, "-Dio.netty.tryReflectionSetAccessible=true");
        OPENED.forEach(opened -> builder.command().add("--add-opens=java.base/%s=ALL-UNNAMED".formatted(opened)));
        builder.command().addAll(List.of(MAIN, warehouse.toAbsolutePath().toString()));
        builder.environment().put("CLASSPATH", classPath);
        process = builder.directory(folder.toFile()).redirectError(log.toFile()).start();
        out = process.inputReader(UTF_8);
        try {
            await("READY");
        }
        catch (Throwable e) {
            close();
            throw e;
        }
    }

    private static String java17()
    {
        String home = System.getenv("JAVA17_HOME");
        if (home == null) {
            throw new CommandException("Cannot measure Spark: it needs JDK 17; install one, or set JAVA17_HOME to it");
        }
        return Path.of(home, "bin", "java").toString();
    }

    private static String classPath(Installation installation)
            throws IOException
    {
        Path target = installation.home().resolve(MODULE).resolve("target");
        if (!Files.exists(target.resolve("classpath.txt"))) {
            throw new CommandException("Cannot measure Spark: %s is not built; run ./mvnw -pl %s -am -DskipTests package".formatted(MODULE, MODULE));
        }
        List<String> parts = new ArrayList<>(Stream.of("test-classes", "classes").map(classes -> target.resolve(classes).toString()).toList());
        parts.add(Files.readString(target.resolve("classpath.txt"), UTF_8).strip());
        return String.join(File.pathSeparator, parts);
    }

    private void await(String word)
            throws IOException
    {
        String line = out.readLine();
        while (line != null && !line.equals(word)) {
            line = out.readLine();
        }
        if (line == null) {
            throw new CommandException("Cannot measure Spark: its process ended: %s".formatted(Files.readString(log, UTF_8)));
        }
    }

    @Override
    public String description()
    {
        return description;
    }

    @Override
    public ProcessHandle process()
    {
        return process.toHandle();
    }

    @Override
    public void rewrite(Payload payload)
            throws IOException
    {
        process.outputWriter(UTF_8).append("otel.").append(payload.table()).append('\n').flush();
        await("DONE");
    }

    @Override
    public void close()
    {
        process.destroyForcibly();
    }
}
