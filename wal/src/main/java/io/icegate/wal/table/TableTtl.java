package io.icegate.wal.table;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;

/**
 * How long a table keeps its rows, by their event time. A table says it in its properties: {@code icegate.ttl} for all rows, and
 * {@code icegate.ttl.tenant.<tenant>} for those of one tenant. A value is a number of days or hours, such as {@code 30d} or
 * {@code 12h}, or {@code never}. Without a property rows stay.
 *
 * @param all of tenants without a value of their own; empty when their rows stay
 * @param tenants what tenants have of their own; empty when the rows of one stay
 */
public record TableTtl(Optional<Duration> all, Map<String, Optional<Duration>> tenants)
{
    public static final String PROPERTY = "icegate.ttl";
    public static final String TENANT_PREFIX = PROPERTY + ".tenant.";
    /**
     * Tenants with a value of their own. Each costs a property in every metadata file of the table.
     */
    static final int TENANTS_MAX = 1_000;

    private static final Pattern VALUE = Pattern.compile("([1-9][0-9]{0,5})([dh])");
    private static final String NEVER = "never";

    public TableTtl
    {
        requireNonNull(all, "all is null");
        tenants = Map.copyOf(tenants);
        if (tenants.size() > TENANTS_MAX) {
            throw new IllegalArgumentException("Cannot keep the rows of %s tenants for times of their own: at most %s".formatted(tenants.size(), TENANTS_MAX));
        }
    }

    /**
     * True for the name of a property that this class reads.
     */
    public static boolean isProperty(String name)
    {
        return name.equals(PROPERTY) || (name.startsWith(TENANT_PREFIX) && name.length() > TENANT_PREFIX.length());
    }

    /**
     * @throws IllegalArgumentException when a value is none
     */
    public static TableTtl of(Map<String, String> properties)
    {
        String text = properties.get(PROPERTY);
        Optional<Duration> all = text == null ? Optional.empty() : parse(PROPERTY, text);
        Map<String, Optional<Duration>> tenants = new TreeMap<>();
        properties.forEach((name, value) -> {
            if (name.startsWith(TENANT_PREFIX) && isProperty(name)) {
                tenants.put(name.substring(TENANT_PREFIX.length()), parse(name, value));
            }
        });
        return new TableTtl(all, tenants);
    }

    private static Optional<Duration> parse(String name, String value)
    {
        if (value.equals(NEVER)) {
            return Optional.empty();
        }
        Matcher matcher = VALUE.matcher(value);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("Cannot keep rows by %s = '%s': it must be a number of days or hours, such as 30d or 12h, or never".formatted(name, value));
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(matcher.group(2).equals("d") ? Duration.ofDays(number) : Duration.ofHours(number));
    }

    /**
     * Returns how long rows of a tenant are kept; empty when they stay.
     */
    public Optional<Duration> keeps(String tenant)
    {
        return tenants.getOrDefault(tenant, all);
    }

    /**
     * Returns how long rows of tenants that are not known are kept: as long as those of any tenant.
     */
    public Optional<Duration> keepsLongest()
    {
        return all.isEmpty() || tenants.values().stream().anyMatch(Optional::isEmpty) ? Optional.empty() : values().max(Duration::compareTo);
    }

    /**
     * Returns the age below which no row is due; empty when all rows stay.
     */
    public Optional<Duration> keepsShortest()
    {
        return values().min(Duration::compareTo);
    }

    private Stream<Duration> values()
    {
        return Stream.concat(all.stream(), tenants.values().stream().flatMap(Optional::stream));
    }
}
