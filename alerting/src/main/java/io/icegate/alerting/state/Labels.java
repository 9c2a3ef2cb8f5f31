package io.icegate.alerting.state;

import com.google.common.collect.ImmutableSortedMap;
import net.openhft.hashing.LongHashFunction;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

/**
 * Labels of a row, sorted by name. Empty values are no labels.
 */
public record Labels(SortedMap<String, String> values)
{
    public static final Labels NONE = new Labels(ImmutableSortedMap.of());

    public Labels
    {
        ImmutableSortedMap.Builder<String, String> present = ImmutableSortedMap.naturalOrder();
        values.forEach((name, value) -> {
            if (!value.isEmpty()) {
                present.put(name, value);
            }
        });
        values = present.buildOrThrow();
    }

    public static Labels of(Map<String, String> values)
    {
        return new Labels(ImmutableSortedMap.copyOf(values));
    }

    /**
     * Returns the identity of an alert with these labels: XXH3-64 of its name and them, in hex. It depends on nothing else of the rule, so that it
     * survives new versions.
     */
    public String fingerprint(String alert)
    {
        StringBuilder text = new StringBuilder();
        // with their lengths, or two sets of labels could make one text
        text.append(alert.length()).append(':').append(alert);
        values.forEach((name, value) -> text.append(name.length()).append(':').append(name).append(value.length()).append(':').append(value));
        return HexFormat.of().toHexDigits(LongHashFunction.xx3().hashBytes(text.toString().getBytes(StandardCharsets.UTF_8)));
    }
}
