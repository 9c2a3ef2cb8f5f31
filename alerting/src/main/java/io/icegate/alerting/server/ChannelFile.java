package io.icegate.alerting.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.icegate.alerting.deliver.ChannelSettings;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The file of channels: Alertmanagers and webhooks. Secrets are in files of their own, whose names are relative to this one.
 */
final class ChannelFile
{
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final int ALIASES_MAX = 0;

    private record Content(@Nullable List<Channel> channels) {}

    /**
     * One of {@code alertmanager} and {@code webhook} is there.
     */
    private record Channel(
            @Nullable String name,
            @Nullable List<URI> alertmanager,
            @Nullable URI webhook,
            @JsonProperty("secret_files") @Nullable List<String> secretFiles,
            @JsonProperty("allow_private") boolean allowPrivate,
            @JsonProperty("header_files") @Nullable Map<String, String> headerFiles) {}

    private ChannelFile() {}

    /**
     * @throws IllegalArgumentException that says what to change
     */
    static List<ChannelSettings> read(Path file)
    {
        try {
            return parse(file, Files.readString(file, UTF_8));
        }
        catch (IOException e) {
            throw new IllegalArgumentException("Cannot read icegate.alerting.channels-file %s: %s".formatted(file, e.getMessage()), e);
        }
        catch (IllegalArgumentException | YamlEngineException e) {
            throw new IllegalArgumentException("Cannot use icegate.alerting.channels-file %s: %s".formatted(file, message(e)), e);
        }
    }

    private static String message(RuntimeException e)
    {
        return e.getCause() instanceof JsonMappingException mapping ? mapping.getOriginalMessage() : String.valueOf(e.getMessage());
    }

    private static List<ChannelSettings> parse(Path file, String text)
    {
        Object yaml = new Load(LoadSettings.builder().setLabel(file.toString()).setMaxAliasesForCollections(ALIASES_MAX).build()).loadFromString(text);
        if (!(yaml instanceof Map)) {
            throw new IllegalArgumentException("it is to begin with 'channels:' and a list");
        }
        @Nullable List<Channel> channels = MAPPER.convertValue(yaml, Content.class).channels();
        if (channels == null) {
            throw new IllegalArgumentException("it is to begin with 'channels:' and a list");
        }
        List<ChannelSettings> settings = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Channel channel : channels) {
            ChannelSettings each = settings(channel, file.toAbsolutePath());
            if (!names.add(each.name())) {
                throw new IllegalArgumentException("two channels are called '%s'".formatted(each.name()));
            }
            settings.add(each);
        }
        return settings;
    }

    private static ChannelSettings settings(Channel channel, Path file)
    {
        if (channel.name() == null || (channel.alertmanager() == null) == (channel.webhook() == null)) {
            throw new IllegalArgumentException("a channel has a name, and either 'alertmanager' with a list of addresses or 'webhook' with one: %s".formatted(channel.name()));
        }
        SortedMap<String, Path> headers = new TreeMap<>();
        if (channel.headerFiles() != null) {
            channel.headerFiles().forEach((name, header) -> headers.put(name, file.resolveSibling(header)));
        }
        return new ChannelSettings(
                channel.name(),
                channel.webhook() == null ? ChannelSettings.Kind.ALERTMANAGER : ChannelSettings.Kind.WEBHOOK,
                channel.webhook() == null ? List.copyOf(channel.alertmanager()) : List.of(channel.webhook()),
                channel.secretFiles() == null ? List.of() : channel.secretFiles().stream().map(file::resolveSibling).toList(),
                channel.allowPrivate(),
                headers);
    }
}
