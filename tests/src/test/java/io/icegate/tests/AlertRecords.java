package io.icegate.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What evaluators stored about the ticks of a group, as it lies in a warehouse that is a folder.
 */
final class AlertRecords
{
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final TreeMap<String, JsonNode> read = new TreeMap<>();

    /**
     * @param group of the tenant {@code default}
     */
    AlertRecords(Path warehouse, String group)
    {
        folder = warehouse.resolve("_alerts/v1/log/default").resolve(group);
    }

    /**
     * All records in the order of ticks. None ever changes.
     */
    List<JsonNode> all()
            throws IOException
    {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(each -> each.getFileName().toString().matches("[0-9]{20}\\.json")).toList()) {
                    String name = file.getFileName().toString();
                    if (!read.containsKey(name)) {
                        read.put(name, JSON.readTree(file.toFile()));
                    }
                }
            }
        }
        return List.copyOf(read.values());
    }

    /**
     * Waits for the record of a tick at or after a time.
     */
    void awaitTick(Instant time)
            throws Exception
    {
        Deadline.await(() -> "tick %s in %s".formatted(time, folder), LIMIT.plus(Duration.between(Instant.now(), time).abs()), () -> {
            List<JsonNode> records = all();
            return !records.isEmpty() && !tick(records.getLast()).isBefore(time);
        });
    }

    JsonNode at(Instant tick)
            throws IOException
    {
        return all().stream().filter(record -> tick(record).equals(tick)).findFirst().orElseThrow();
    }

    static Instant tick(JsonNode node)
    {
        return Instant.parse(node.path("tick").asText());
    }

    /**
     * When an alert began to fire, as it was told, with {@code late} behind it where it was told so.
     */
    List<String> firings(String alert, String service)
            throws IOException
    {
        List<String> firings = new ArrayList<>();
        for (JsonNode record : all()) {
            for (JsonNode transition : record.path("transitions")) {
                if (isFiring(transition, alert, service)) {
                    firings.add(transition.path("tick").asText() + (transition.path("late").asBoolean() ? " late" : ""));
                }
            }
        }
        return firings;
    }

    /**
     * The tick whose record tells of a firing.
     */
    Optional<Instant> tells(String alert, String service)
            throws IOException
    {
        for (JsonNode record : all()) {
            for (JsonNode transition : record.path("transitions")) {
                if (isFiring(transition, alert, service)) {
                    return Optional.of(tick(record));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isFiring(JsonNode transition, String alert, String service)
    {
        return transition.path("to").asText().equals("firing")
                && transition.path("kind").asText().equals("changed")
                && transition.path("alert").path("rule").asText().equals(alert)
                && transition.path("alert").path("labels").path("service_name").asText().equals(service);
    }
}
