package io.icegate.objectstore.s3;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.objectstore.PutOutcome;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The server as a process of its own, as end-to-end tests and benchmarks start it.
 */
final class TestStrictS3ServerProcess
{
    @Test
    void testProcess()
            throws IOException, InterruptedException
    {
        Process process = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                StrictS3Server.class.getName(),
                "0",
                "--bucket",
                "lake",
                "--put-millis",
                "20",
                "--until-stdin-closes").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            String ready = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
            assertThat(ready).startsWith("READY http://127.0.0.1:");
            Map<String, String> properties = Map.of(
                    S3Properties.ENDPOINT, ready.substring("READY ".length()),
                    S3Properties.ACCESS_KEY_ID, "any",
                    S3Properties.SECRET_ACCESS_KEY, "any",
                    S3Properties.PUT_TIMEOUT_MILLIS, "60000");
            try (S3ObjectStore store = S3ObjectStore.open("lake", "wh", properties); S3ObjectStore other = S3ObjectStore.open("other", "wh", properties)) {
                long start = System.nanoTime();
                assertThat(store.putIfAbsent(new ObjectKey("a"), new byte[] {1})).isEqualTo(PutOutcome.WRITTEN);
                assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isGreaterThanOrEqualTo(20);
                assertThat(store.get(new ObjectKey("a")).orElseThrow().content()).containsExactly(1);
                assertThatThrownBy(() -> other.putIfAbsent(new ObjectKey("a"), new byte[1])).isInstanceOf(ObjectStoreAccessException.class).hasMessageContaining("NoSuchBucket");
            }
            process.getOutputStream().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends with its starter").isTrue();
        }
        finally {
            process.destroyForcibly();
        }
    }
}
