package io.icegate.standalone.process;

import io.icegate.standalone.console.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestMemoryPlan
{
    private static final long GIGABYTE = 1L << 30;

    @TempDir
    private Path root = Path.of("");

    @ParameterizedTest
    @CsvSource({"0, 1 GB", "1024, 1 GB", "3584, 1792 MB", "4096, 2 GB", "8192, 4 GB", "20480, 10 GB", "1048576, 16 GB"})
    void testShares(long freeMegabytes, String trino)
    {
        MemoryPlan plan = MemoryPlan.of(freeMegabytes << 20);
        assertThat(plan.receiver()).hasToString("256 MB");
        assertThat(plan.trino()).hasToString(trino);
    }

    @Test
    void testChosenByHand()
    {
        MemoryPlan plan = MemoryPlan.of(4 * GIGABYTE);
        assertThat(plan.with(Optional.empty(), Optional.of(new HeapSize(3_000)))).isEqualTo(new MemoryPlan(new HeapSize(256), new HeapSize(3_000)));
        assertThat(plan.with(Optional.of(new HeapSize(300)), Optional.empty())).isEqualTo(new MemoryPlan(new HeapSize(300), new HeapSize(2_048)));
    }

    @ParameterizedTest
    @CsvSource({"512MB, -Xmx512M, -XX:+UseSerialGC", "512m, -Xmx512M, -XX:+UseSerialGC", "2 GiB, -Xmx2048M, -XX:+UseSerialGC", "4g, -Xmx4096M, -XX:+UseG1GC"})
    void testSize(String text, String heap, String collector)
    {
        assertThat(HeapSize.parse("--trino-memory", text).options()).containsExactly(heap, collector);
    }

    /**
     * An idle receiver takes no more memory than it needs.
     */
    @Test
    void testReceiver()
    {
        assertThat(ReceiverProcess.options(new HeapSize(512)))
                .containsExactly("-Xmx512M", "-XX:+UseSerialGC", "-Xms32M", "-XX:+UseCompactObjectHeaders", "-XX:TrimNativeHeapInterval=10000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "4TB", "-1GB", "0.5GB", "lots", "99999999GB"})
    void testNoSize(String text)
    {
        assertThatThrownBy(() -> HeapSize.parse("--trino-memory", text))
                .isInstanceOf(CommandException.class)
                .hasMessage("Cannot use --trino-memory %s: write it as 512MB or 4GB", text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127MB", "0GB", "1025GB"})
    void testSizeOutOfBounds(String text)
    {
        assertThatThrownBy(() -> HeapSize.parse("--receiver-memory", text))
                .isInstanceOf(CommandException.class)
                .hasMessage("Cannot use --receiver-memory %s: it must be 128 MB to 1024 GB", text);
    }

    @Test
    void testFreeMemoryOfMachine()
            throws IOException
    {
        machine(6 * GIGABYTE, "0::/");
        assertThat(free()).isEqualTo(6 * GIGABYTE);
    }

    /**
     * Version 2: the smallest of what the groups above leave, where the file cache counts as free.
     */
    @Test
    void testFreeMemoryInControlGroups()
            throws IOException
    {
        machine(60 * GIGABYTE, "0::/pods/one");
        group("sys/fs/cgroup/pods/one", "memory.max", "max", "memory.current", GIGABYTE, 0);
        assertThat(free()).isEqualTo(60 * GIGABYTE);

        group("sys/fs/cgroup/pods", "memory.max", Long.toString(4 * GIGABYTE), "memory.current", 3 * GIGABYTE, 2 * GIGABYTE);
        assertThat(free()).isEqualTo(3 * GIGABYTE);

        group("sys/fs/cgroup/pods/one", "memory.max", Long.toString(2 * GIGABYTE), "memory.current", GIGABYTE, 0);
        assertThat(free()).isEqualTo(GIGABYTE);
    }

    /**
     * A container that is told the path of its group on the host, but sees the group as the root.
     */
    @Test
    void testFreeMemoryInContainer()
            throws IOException
    {
        machine(60 * GIGABYTE, "12:cpu:/docker/abc\n4:memory:/docker/abc\n0::/docker/abc");
        group("sys/fs/cgroup/memory", "memory.limit_in_bytes", Long.toString(4 * GIGABYTE), "memory.usage_in_bytes", GIGABYTE, 0);
        assertThat(free()).isEqualTo(3 * GIGABYTE);

        // how version 1 writes that there is no limit
        group("sys/fs/cgroup/memory", "memory.limit_in_bytes", "9223372036854771712", "memory.usage_in_bytes", GIGABYTE, 0);
        assertThat(free()).isEqualTo(60 * GIGABYTE);

        // as many digits, but beyond 64 bits
        group("sys/fs/cgroup/memory", "memory.limit_in_bytes", "9999999999999999999", "memory.usage_in_bytes", GIGABYTE, 0);
        assertThat(free()).isEqualTo(60 * GIGABYTE);

        group("sys/fs/cgroup/memory", "memory.limit_in_bytes", Long.toString(GIGABYTE), "memory.usage_in_bytes", 2 * GIGABYTE, 0);
        assertThat(free()).isZero();
    }

    @Test
    void testFreeMemoryOfSystemWithoutProc()
    {
        assertThat(free()).isPositive();
    }

    private long free()
    {
        return new FreeMemory(root).bytes();
    }

    private void machine(long available, String groups)
            throws IOException
    {
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/meminfo"), "MemTotal:       99999999 kB\nMemFree:          1000 kB\nMemAvailable:   %s kB\n".formatted(available >> 10));
        Files.writeString(root.resolve("proc/self/cgroup"), groups + "\n");
    }

    private void group(String path, String limitFile, String limit, String usedFile, long used, long cache)
            throws IOException
    {
        Path group = Files.createDirectories(root.resolve(path));
        Files.writeString(group.resolve(limitFile), limit + "\n");
        Files.writeString(group.resolve(usedFile), used + "\n");
        Files.writeString(group.resolve("memory.stat"), "anon 5\nactive_file 7\ninactive_file %s\n".formatted(cache));
    }
}
