package io.icegate.tests;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestCommandLine
{
    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"demo", "start", "receiver", "trino", "sql", "status", "doctor", "catalog", "bench"})
    void testHelpOfCommand(String command)
            throws Exception
    {
        try (IceGateScript help = IceGateScript.run(folder, command, "--help")) {
            assertThat(help.output()).startsWith("Usage: icegate " + command);
            assertThat(help.exitValue()).isZero();
        }
    }

    @Test
    void testHelp()
            throws Exception
    {
        try (IceGateScript help = IceGateScript.run(folder, "help")) {
            assertThat(help.output()).startsWith("Usage: icegate").contains("  demo ", "  start ", "  receiver ", "  trino ", "  sql ", "  status ", "  doctor ", "  catalog ", "  bench ");
            assertThat(help.exitValue()).isZero();
        }
    }

    @Test
    void testCatalogNeedsACommand()
            throws Exception
    {
        try (IceGateScript serve = IceGateScript.run(folder, "catalog", "serve", "--help")) {
            assertThat(serve.output()).startsWith("Usage: icegate catalog serve").contains("--catalog-port");
            assertThat(serve.exitValue()).isZero();
        }
        try (IceGateScript catalog = IceGateScript.run(folder, "catalog")) {
            assertThat(catalog.output().lines()).singleElement().asString().startsWith("icegate: Missing command: icegate catalog serve, show, log, diff, verify, gc, export or import");
            assertThat(catalog.exitValue()).isEqualTo(2);
        }
    }

    @Test
    void testDoctorMakesNoWarehouse()
            throws Exception
    {
        try (IceGateScript doctor = IceGateScript.run(folder, "doctor", "--warehouse", folder.resolve("none").toString())) {
            assertThat(doctor.output().lines()).singleElement().asString().startsWith("icegate: Cannot examine file:").endsWith("there is no such folder");
            assertThat(doctor.exitValue()).isEqualTo(1);
        }
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void testUnknownCommand()
            throws Exception
    {
        try (IceGateScript unknown = IceGateScript.run(folder, "dance")) {
            assertThat(unknown.output().lines()).singleElement().asString().startsWith("icegate: Unmatched argument at index 0: 'dance'");
            assertThat(unknown.exitValue()).isEqualTo(2);
        }
    }

    @Test
    void testUnknownOption()
            throws Exception
    {
        try (IceGateScript unknown = IceGateScript.run(folder, "start", "--wharehouse", "s3://lake")) {
            assertThat(unknown.output().lines()).singleElement().asString().startsWith("icegate: Unknown option").contains("--wharehouse").endsWith("('icegate start --help' explains)");
            assertThat(unknown.exitValue()).isEqualTo(2);
        }
    }

    @Test
    void testNoJdk25()
            throws Exception
    {
        try (IceGateScript help = IceGateScript.start(folder, onlyJdk(21), List.of("help"))) {
            help.awaitEnd();
            assertThat(help.output()).isEqualTo("IceGate needs JDK 25: install one, for example Temurin 25, or set JAVA_HOME to it\n");
            assertThat(help.exitValue()).isEqualTo(1);
        }
    }

    @Test
    void testNoJdk17ForTests()
            throws Exception
    {
        Map<String, String> environment = new HashMap<>(onlyJdk(21));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        try (IceGateScript verify = IceGateScript.startMaven(folder, environment, List.of("--version", "verify"))) {
            verify.awaitEnd();
            assertThat(verify.output().lines()).singleElement().asString().startsWith("IceGate's tests need JDK 17 beside JDK 25: install one, ");
            assertThat(verify.exitValue()).isEqualTo(1);
        }
    }

    /**
     * An environment in which no other JDK can be found than one of that version.
     */
    private Map<String, String> onlyJdk(int version)
            throws IOException
    {
        Path jdk = folder.resolve("jdks").resolve("jdk-" + version);
        Path programs = Files.createDirectories(jdk.resolve("bin"));
        for (String program : List.of("java", "javac")) {
            Files.writeString(programs.resolve(program), "#!/bin/sh\necho 'this JDK must not run' >&2\nexit 99\n");
            assertThat(programs.resolve(program).toFile().setExecutable(true)).isTrue();
        }
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"%s.0.1\"\n".formatted(version));
        return Map.of(
                "HOME", folder.toString(),
                "PATH", programs + File.pathSeparator + System.getenv("PATH"),
                "ICEGATE_JDKS", folder.resolve("jdks").toString(),
                "JAVA_HOME", jdk.toString(),
                "JAVA25_HOME", "",
                "JAVA_HOME_25_X64", "",
                "JAVA17_HOME", "",
                "JAVA_HOME_17_X64", "");
    }

    @Test
    void testDataFolderThatCannotBeWritten()
            throws Exception
    {
        Files.writeString(folder.resolve("taken"), "a file");
        List<String> arguments = Services.startArguments(folder.resolve("taken"), Services.freePorts());
        try (IceGateScript start = IceGateScript.run(folder, arguments.toArray(String[]::new))) {
            assertThat(start.output().lines()).singleElement().asString().startsWith("icegate: Cannot use the data folder %s: ".formatted(folder.resolve("taken")));
            assertThat(start.exitValue()).isEqualTo(1);
        }
    }

    @Test
    void testTakenPort()
            throws Exception
    {
        List<Integer> ports = Services.freePorts();
        List<String> arguments = Services.startArguments(folder.resolve("data"), ports);
        try (ServerSocket taken = new ServerSocket(ports.get(1))) {
            try (IceGateScript start = IceGateScript.run(folder, arguments.toArray(String[]::new))) {
                assertThat(start.output().lines()).singleElement().asString()
                        .startsWith("icegate: Cannot listen on port %s for OTLP/HTTP: ".formatted(taken.getLocalPort()))
                        .endsWith("; choose another one with --http-port");
                assertThat(start.exitValue()).isEqualTo(1);
            }
        }
        // before anything started
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void testPortsMustDiffer()
            throws Exception
    {
        try (IceGateScript start = IceGateScript.run(folder, "start", "--data", "data", "--http-port", "4317")) {
            assertThat(start.output()).isEqualTo("icegate: Cannot listen on ports 4317, 4317 and 8080: they must differ\n");
            assertThat(start.exitValue()).isEqualTo(1);
        }
    }

    @Test
    void testWrongWarehouse()
            throws Exception
    {
        try (IceGateScript start = IceGateScript.run(folder, "start", "--data", "data", "--warehouse", "ftp://host/path")) {
            assertThat(start.output()).isEqualTo("icegate: Cannot use the warehouse ftp://host/path: it must be s3://bucket/prefix, gs://bucket/prefix, abfss://container@account.dfs.core.windows.net/prefix or a folder\n");
            assertThat(start.exitValue()).isEqualTo(1);
        }
    }

    @Test
    void testUnknownReceiverKey()
            throws Exception
    {
        List<String> arguments = Services.startArguments(folder.resolve("data"), Services.freePorts(), "--receiver", "icegate.no-such-key=1");
        try (IceGateScript start = IceGateScript.start(folder, Map.of(), arguments)) {
            start.awaitEnd();
            assertThat(start.lastLine()).startsWith("icegate: Cannot start the receiver: ").contains("icegate.no-such-key");
            assertThat(start.exitValue()).isEqualTo(1);
            assertThat(start.living()).isEmpty();
        }
    }

    @Test
    void testSqlWithoutServer()
            throws Exception
    {
        int free = Services.freePorts().getFirst();
        try (IceGateScript sql = IceGateScript.run(folder, "sql", "--server", "localhost:" + free, "SELECT 1")) {
            assertThat(sql.output().lines()).singleElement().asString().startsWith("icegate: Cannot run the statement on localhost:%s: ".formatted(free));
            assertThat(sql.exitValue()).isEqualTo(1);
        }
    }

    @Test
    void testStatusWithoutServer()
            throws Exception
    {
        Files.createDirectory(folder.resolve("data"));
        List<Integer> ports = Services.freePorts();
        Files.writeString(
                folder.resolve("data/running.properties"),
                "process=%s\ngrpc-port=%s\nhttp-port=%s\ntrino-port=%s\n".formatted(ProcessHandle.current().pid(), ports.get(0), ports.get(1), ports.get(2)));
        try (IceGateScript status = IceGateScript.run(folder, "status", "--data", "data", "--json")) {
            assertThat(status.output().lines()).containsExactly(
                    "{\"part\":\"OTLP/gRPC\",\"state\":\"down\",\"address\":\"localhost:%s\",\"restarts\":0,\"last_end\":null}".formatted(ports.get(0)),
                    "{\"part\":\"OTLP/HTTP\",\"state\":\"down\",\"address\":\"http://localhost:%s\",\"restarts\":0,\"last_end\":null}".formatted(ports.get(1)),
                    "{\"part\":\"Trino\",\"state\":\"down\",\"address\":\"http://localhost:%s\",\"restarts\":0,\"last_end\":null}".formatted(ports.get(2)));
            assertThat(status.exitValue()).isEqualTo(1);
        }
    }
}
