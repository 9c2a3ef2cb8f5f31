package io.icegate.standalone.process;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads how much memory programs may still take on this machine. What the system can give back at once, such as its file cache, counts
 * as free. The limits of the control groups that hold this process apply, both of version 1 and version 2.
 */
final class FreeMemory
{
    private static final int GROUP_DEPTH_MAX = 64;

    private final Path root;

    /**
     * @param root the root of the file system
     */
    FreeMemory(Path root)
    {
        this.root = root;
    }

    /**
     * Bytes that are free. A system without {@code /proc} tells only what it has: half of that counts as free.
     */
    long bytes()
    {
        long free = field(root.resolve("proc/meminfo"), "MemAvailable:").stream().map(kilobytes -> kilobytes << 10).findFirst()
                .orElseGet(() -> machineMemory() / 2);
        for (Path group : groups()) {
            free = Math.min(free, freeIn(group).orElse(free));
        }
        return Math.max(0, free);
    }

    /**
     * The groups from that of this process up to the root. A container sees its own group as the root.
     */
    private List<Path> groups()
    {
        List<Path> groups = new ArrayList<>();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            boolean unified = parts[1].isEmpty();
            if (!unified && !List.of(parts[1].split(",")).contains("memory")) {
                continue;
            }
            Path hierarchy = root.resolve(unified ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
            Path group = hierarchy.resolve(parts[2].replaceFirst("^/+", "")).normalize();
            for (int depth = 0; depth < GROUP_DEPTH_MAX && group.startsWith(hierarchy); depth++) {
                groups.add(group);
                group = group.resolve("..").normalize();
            }
        }
        return groups;
    }

    /**
     * Empty when the group has no limit.
     */
    private static Optional<Long> freeIn(Path group)
    {
        OptionalLong limit = number(group.resolve("memory.max"), group.resolve("memory.limit_in_bytes"));
        OptionalLong used = number(group.resolve("memory.current"), group.resolve("memory.usage_in_bytes"));
        if (limit.isEmpty() || used.isEmpty()) {
            return Optional.empty();
        }
        Path statistics = group.resolve("memory.stat");
        long cache = field(statistics, "total_inactive_file").stream().findFirst()
                .orElseGet(() -> field(statistics, "inactive_file").stream().findFirst().orElse(0L));
        return Optional.of(limit.getAsLong() - Math.max(0, used.getAsLong() - cache));
    }

    private static OptionalLong number(Path... candidates)
    {
        for (Path candidate : candidates) {
            for (String line : lines(candidate)) {
                // "max" is no limit
                return line.matches("\\d{1,19}") ? OptionalLong.of(toLong(line)) : OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    private static List<Long> field(Path file, String name)
    {
        return lines(file).stream()
                .map(line -> line.trim().split("\\s+"))
                .filter(words -> words.length >= 2 && words[0].equals(name) && words[1].matches("\\d{1,19}"))
                .map(words -> toLong(words[1]))
                .toList();
    }

    private static long toLong(String digits)
    {
        try {
            return Long.parseLong(digits);
        }
        catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }

    private static List<String> lines(Path file)
    {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        }
        catch (IOException _) {
            return List.of();
        }
    }

    private static long machineMemory()
    {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }
}
