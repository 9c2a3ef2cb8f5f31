package io.icegate.receiver;

import io.airlift.configuration.Config;
import io.airlift.units.DataSize;
import io.airlift.units.Duration;
import io.icegate.receiver.commit.CommitConfig;
import io.icegate.receiver.ingest.IngestConfig;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page for operators names every setting with its default, and no other.
 */
final class TestReceiverDocumentation
{
    private static final Pattern KEY = Pattern.compile("`([^`]+)`");

    @Test
    void testSettings()
            throws Exception
    {
        Map<String, String> documented = documented();
        Map<String, Object> defaults = defaults();
        assertThat(documented.keySet()).isEqualTo(defaults.keySet());
        defaults.forEach((key, value) -> {
            String text = requireNonNull(documented.get(key));
            switch (value) {
                case Optional<?> optional -> assertThat(optional).as(key).isEmpty();
                case DataSize size when key.equals("icegate.ingest.memory-budget") -> {
                    assertThat(text).isEqualTo("a quarter of the heap");
                    assertThat(size).isEqualTo(DataSize.succinctBytes(Runtime.getRuntime().maxMemory() / 4));
                }
                case DataSize size -> assertThat(DataSize.valueOf(text)).as(key).isEqualTo(size);
                case Duration duration -> assertThat(Duration.valueOf(text)).as(key).isEqualTo(duration);
                case Double number -> assertThat(Double.valueOf(text)).as(key).isEqualTo(number);
                case String string when string.isEmpty() -> assertThat(text).as(key).isEqualTo("none");
                default -> assertThat(text.replace("`", "")).as(key).isEqualTo(value.toString());
            }
        });
    }

    private static Map<String, String> documented()
            throws Exception
    {
        Path page = Path.of("..", "docs", "operations", "receiver.md");
        String text = Files.readString(page);
        String settings = text.substring(text.indexOf("## Settings"), text.indexOf("## The window"));
        Map<String, String> documented = new TreeMap<>();
        for (String line : settings.split("\n")) {
            String[] cells = line.split("\\|");
            if (cells.length < 4 || !cells[1].contains("`")) {
                continue;
            }
            List<String> keys = new ArrayList<>();
            Matcher matcher = KEY.matcher(cells[1]);
            while (matcher.find()) {
                keys.add(matcher.group(1));
            }
            List<String> defaults = Arrays.asList(cells[2].strip().split(", "));
            for (int i = 0; i < keys.size(); i++) {
                documented.put(keys.get(i), defaults.size() == keys.size() ? defaults.get(i) : cells[2].strip());
            }
        }
        return documented;
    }

    private static Map<String, Object> defaults()
            throws Exception
    {
        Map<String, Object> defaults = new TreeMap<>();
        for (Object config : List.of(new ReceiverConfig(), new StoreConfig(), new OtlpConfig(), new IngestConfig(), new CommitConfig())) {
            for (Method method : config.getClass().getMethods()) {
                Config annotation = method.getAnnotation(Config.class);
                if (annotation != null) {
                    Object value = getter(config.getClass(), method.getName().substring("set".length())).invoke(config);
                    defaults.put(annotation.value(), value == null ? "required" : value);
                }
            }
        }
        return defaults;
    }

    private static Method getter(Class<?> type, String property)
            throws NoSuchMethodException
    {
        try {
            return type.getMethod("get" + property);
        }
        catch (NoSuchMethodException e) {
            return type.getMethod("is" + property);
        }
    }
}
