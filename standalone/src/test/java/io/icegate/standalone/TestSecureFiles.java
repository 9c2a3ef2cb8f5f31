package io.icegate.standalone;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

final class TestSecureFiles
{
    @TempDir
    private Path data = Path.of("");

    @Test
    void testFilesAreMadeOnce()
            throws IOException
    {
        SecureFiles files = SecureFiles.in(data);
        files.create(new SecureRandom());
        Path folder = data.resolve("secure");
        Map<String, String> made = contents(folder);
        assertThat(made.keySet()).containsExactly("certificate.pem", "key", "keys", "private-key.pem");
        for (String name : List.of("key", "keys", "private-key.pem")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)))).as(name).isEqualTo("rw-------");
        }
        String key = Files.readString(files.key()).strip();
        assertThat(key).as("256 bits").matches("[A-Za-z0-9_-]{43}");
        assertThat(made.get("keys")).containsPattern("\nstandalone \\* sha256:[0-9a-f]{64}\n").doesNotContain(key);
        assertThat(files.greeting(new Running.ReceiverPorts(1, 2, Optional.of(files.certificate()))))
                .contains("OTEL_EXPORTER_OTLP_ENDPOINT=https://localhost:2\n", "OTEL_EXPORTER_OTLP_CERTIFICATE='%s'\n".formatted(files.certificate()), "https://localhost:1.")
                .doesNotContain(key);
        assertThat(files.configuration().values()).allMatch(file -> Files.exists(Path.of(file)));

        files.create(new SecureRandom());
        assertThat(contents(folder)).isEqualTo(made);

        // an own list of keys stays; a start that did not get far goes on
        Files.writeString(folder.resolve("keys"), "# nobody\n");
        Files.delete(files.certificate());
        files.create(new SecureRandom());
        assertThat(folder.resolve("keys")).hasContent("# nobody");
        assertThat(contents(folder).get("private-key.pem")).isNotEqualTo(made.get("private-key.pem"));
        assertThat(contents(folder).get("key")).isEqualTo(made.get("key"));

        SecureFiles others = SecureFiles.in(data.resolve("others"));
        others.create(new SecureRandom());
        assertThat(Files.readString(others.key())).isNotEqualTo(made.get("key"));
    }

    private static Map<String, String> contents(Path folder)
            throws IOException
    {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                contents.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return contents;
    }
}
